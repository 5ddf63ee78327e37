"""The verbs that make models: `train` and `import-holo-audio`. Both need the extra packages of training."""

from __future__ import annotations

import contextlib
from collections.abc import Iterator
from pathlib import Path
from typing import Annotated

import typer

from holostream.cli_options import finite


@contextlib.contextmanager
def needs_training_packages(what: str) -> Iterator[None]:
    """Raises ValueError that says how to install what is missing."""
    try:
        yield
    except ModuleNotFoundError as error:
        raise ValueError(
            f"{what} needs {error.name}, which is not installed; run scripts/install train, or pip install 'holostream[train]'"
        ) from error


def train(
    data: Annotated[Path, typer.Option(help="Folder of WAV, FLAC, OGG, MP3, with any folders within.")] = Path(
        "training_data"
    ),
    tiers: Annotated[str, typer.Option(help="Which, with commas.")] = "4,8,16,32,64,128,256",
    out: Annotated[Path, typer.Option(help="Models folder to write into.")] = Path("models"),
    recipe: Annotated[str, typer.Option(help="default, holo-audio, or a TOML file of settings.")] = "default",
    minutes: Annotated[float | None, typer.Option(min=0.01, callback=finite, help="Time for all tiers together.")] = None,
    steps: Annotated[int | None, typer.Option(min=1, help="Steps for each tier, instead of the recipe's.")] = None,
    resume: Annotated[bool, typer.Option("--resume", help="Go on where an interrupted training was.")] = False,
    device: Annotated[str, typer.Option(help="auto, cpu or cuda.")] = "auto",
    start: Annotated[
        str | None, typer.Option("--from", help="Start from this tier, or from a checkpoint file (holo-audio: a .pth).")
    ] = None,
    overwrite: Annotated[
        bool, typer.Option("--overwrite", help="Begin anew where a tier was trained before, and replace it.")
    ] = False,
    rate: Annotated[
        int | None, typer.Option(min=8000, max=192000, help="Recipe holo-audio: Hz to train at; default 44100.")
    ] = None,
) -> None:
    """Train tiers on your own sounds (needs the packages that scripts/install train installs)."""
    with needs_training_packages("training"):
        from holostream.training.verb import train as run_training
    for trained in run_training(data, tiers, out, recipe, minutes, steps, resume, device, start, rate, overwrite):
        steps_done = trained.progress.step
        typer.echo(f"tier {trained.harmonics}: {steps_done} step{'s' * (steps_done != 1)}, in {trained.folder}")


def import_holo_audio(
    file: Annotated[Path, typer.Argument(help="A tier of HOLO-Audio: a .pth as its trainer saves it.")],
    out: Annotated[Path, typer.Option(help="Models folder to write into.")] = Path("holo-audio-models"),
    rate: Annotated[int, typer.Option(help="Rate of the sound it was trained on, Hz.")] = 44100,
    calibrate: Annotated[
        Path | None,
        typer.Option(
            help="Sound, or folder of sounds, that sets the range of its coefficients; default: the demo voice."
        ),
    ] = None,
    overwrite: Annotated[bool, typer.Option("--overwrite", help="Replace a tier that is there already.")] = False,
) -> None:
    """Import a trained tier of HOLO-Audio, to play and to open its .holo files with (needs the extra: train)."""
    from holostream.engine.audio_source import DEMO_VOICE

    with needs_training_packages("importing a .pth"):
        from holostream.network.holo_audio_import import import_holo_audio as run_import
    facts = run_import(file, out, rate, calibrate or DEMO_VOICE, overwrite)
    typer.echo(f"tier {facts.harmonics} of family {facts.family} at {facts.rate} Hz, in {out}; play it: "
               f"holostream live --models {out}")  # fmt: skip
