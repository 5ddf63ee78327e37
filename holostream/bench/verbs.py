"""The verbs of `holostream bench`. Each imports its measurement inside its function, as the command line's verbs do."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, TypeVar

import typer

from holostream.bench.figures_file import place_for_figures, write_figures
from holostream.bench.report_folder import place_for_report
from holostream.codec.tier import TIERS

if TYPE_CHECKING:
    from holostream.bench.measurement import Measurement

bench_app = typer.Typer(
    no_args_is_help=False,
    help="Measure latency, time per hop, start, speed and tier switches; without a verb: all of these, about two minutes.",
)

Models = Annotated[Path | None, typer.Option(help="Models folder; default: the shipped one.")]
Json = Annotated[Path | None, typer.Option("--json", help="Write the figures here.", callback=place_for_figures)]
FullSize = Annotated[bool, typer.Option("--full-size", help="Also networks of 1 M parameters, made with torch.")]
SHORT_HOP_SECONDS = 10.0
Result = TypeVar("Result")


@bench_app.callback(invoke_without_command=True)
def short(context: typer.Context, models: Models = None, full_size: FullSize = False, save: Json = None) -> None:
    """Everything that needs neither a sound server nor patience."""
    if context.invoked_subcommand is not None:
        return
    from holostream.bench.hop import measure_hop
    from holostream.bench.latency import measure_latency
    from holostream.bench.speed import measure_speed
    from holostream.bench.start import measure_start
    from holostream.bench.switch import measure_switch

    measure_all(
        (
            lambda: measure_latency(models),
            lambda: measure_hop(models, SHORT_HOP_SECONDS, full_size),
            lambda: measure_start(models),
            lambda: measure_speed(models),
            lambda: measure_switch(models),
        ),
        save,
    )


@bench_app.command()
def latency(models: Models = None, save: Json = None) -> None:
    """Algorithmic latency by impulses, against what the screen shows."""
    from holostream.bench.latency import measure_latency

    measure_all((lambda: measure_latency(models),), save)


@bench_app.command()
def hop(
    models: Models = None,
    seconds: Annotated[float, typer.Option(min=0.5, help="Live playing per tier.")] = 20.0,
    full_size: FullSize = False,
    save: Json = None,
) -> None:
    """Time per hop, back to back and paced beside the drawing screen."""
    from holostream.bench.hop import measure_hop

    measure_all((lambda: measure_hop(models, seconds, full_size),), save)


@bench_app.command()
def start(models: Models = None, runs: Annotated[int, typer.Option(min=1)] = 5, save: Json = None) -> None:
    """Time to first sound; memory and CPU of both processes."""
    from holostream.bench.start import measure_start

    measure_all((lambda: measure_start(models, runs),), save)


@bench_app.command()
def speed(
    models: Models = None,
    seconds: Annotated[float, typer.Option(min=1, help="Length of the file.")] = 180.0,
    tier: Annotated[list[int] | None, typer.Option(help="One or more tiers; default: 64.")] = None,
    save: Json = None,
) -> None:
    """Encode and decode whole files on one core."""
    from holostream.bench.speed import SPEED_TIER, measure_speed

    measure_all((lambda: measure_speed(models, seconds, tiers=tuple(tier or (SPEED_TIER,))),), save)


@bench_app.command()
def switch(
    models: Models = None,
    seconds: Annotated[float, typer.Option(min=1, help="Length of each sound.")] = 8.0,
    save: Json = None,
) -> None:
    """Clicks and delay of tier switches, all 42 ordered pairs."""
    from holostream.bench.switch import measure_switch

    measure_all((lambda: measure_switch(models, seconds),), save)


@bench_app.command()
def moves(
    models: Models = None,
    seconds: Annotated[float, typer.Option(min=2, help="Length of each sound.")] = 8.0,
    only: Annotated[str | None, typer.Option(help="Moves, with commas; default: all.")] = None,
    save: Json = None,
) -> None:
    """What every DNA move costs, and whether it clicks when taken up and taken back."""
    from holostream.bench.moves import measure_moves

    names = tuple(name.strip() for name in only.split(",")) if only else None
    measure_all((lambda: measure_moves(models, seconds, names),), save)


@bench_app.command()
def midi(
    models: Models = None,
    notes: Annotated[int, typer.Option(min=10, help="To wait for.")] = 200,
    flood: Annotated[float, typer.Option(min=1, help="Seconds of a thousand messages each.")] = 60.0,
    periods: Annotated[str, typer.Option(help="Of the JACK server, with commas.")] = "256,128,64",
    save: Json = None,
) -> None:
    """From a MIDI message to the sound on a JACK server of its own, and a flood of messages."""
    from holostream.bench.midi import measure_midi

    measure_all((lambda: measure_midi(models, notes, flood, whole_numbers(periods)),), save)


@bench_app.command()
def jack(models: Models = None, clicks: Annotated[int, typer.Option(min=2)] = 100, save: Json = None) -> None:
    """Through-latency on a JACK server of its own, next to a pass-through."""
    from holostream.bench.jack import measure_jack

    measure_all((lambda: measure_jack(models, clicks),), save)


@bench_app.command()
def soak(
    minutes: Annotated[float, typer.Option(min=0.1, help="Per period, and twice more for the pass-through.")] = 10.0,
    periods: Annotated[str, typer.Option(help="JACK periods, with commas.")] = "256,128,64",
    everything: Annotated[
        bool, typer.Option("--everything", help="Commands at random, all moves and presets, instead of tier switches.")
    ] = False,
    models: Models = None,
    save: Json = None,
) -> None:
    """Dropouts under hard use on a JACK server of its own, beside a pass-through."""
    from holostream.bench.soak import measure_soak

    measure_all((lambda: measure_soak(minutes, whole_numbers(periods), models, everything),), save)


@bench_app.command()
def quality(
    data: Annotated[
        Path | None, typer.Option(help="Folder of sounds that no tier was trained on; default: the demo voice.")
    ] = None,
    models: Models = None,
    tiers: Annotated[str, typer.Option(help="Which, with commas.")] = "4,8,16,32,64,128,256",
    against: Annotated[
        str, typer.Option(help="opus, opus-20, opus-5, opus-2.5, mp3, codec2, models:FOLDER, with commas; or none.")
    ] = "opus,mp3,codec2",
    measures: Annotated[
        str, typer.Option(help="all, or of pesq, estoi, visqol_speech, visqol_audio, mel, snr, ...")
    ] = "all",
    jobs: Annotated[int | None, typer.Option(min=1, help="Processes; default: one a core.")] = None,
    limit: Annotated[int | None, typer.Option(min=1, help="At most so many files of each kind.")] = None,
    out: Annotated[
        Path | None, typer.Option(help="Folder of its own for plots and a page to listen to.", callback=place_for_report)
    ] = None,
    clips: Annotated[int, typer.Option(min=0, help="Sounds on that page.")] = 4,
    save: Json = None,
) -> None:
    """Bitrate and closeness to the original of every tier beside Opus, MP3 and Codec 2, from decoded files."""
    from holostream.bench.measure_set import chosen_measures
    from holostream.bench.quality_run import QualitySettings
    from holostream.bench.quality_verb import quality_with_display

    settings = QualitySettings(
        data, models, whole_numbers(tiers, "--tiers"), against, chosen_measures(measures), jobs, limit
    )
    tables, page = or_end(lambda: quality_with_display(settings, out, clips))
    show(tables[:-1] if len(tables) > 1 else tables)
    write_figures(tables, save)
    if page is not None:
        typer.echo(f"plots and sounds to hear: {page}")


@bench_app.command()
def training(
    steps: Annotated[int, typer.Option(min=1, help="Length of each training; below 100 looks at held-out files weigh too much.")] = 100,
    tier: Annotated[list[int] | None, typer.Option(help="One or more tiers; default: all.")] = None,
    save: Json = None,
) -> None:
    """How fast tiers are trained here, and how long all of them take (needs the extra 'train'); a quarter of an hour."""
    from holostream.bench.training_speed import measure_training

    measure_all((lambda: measure_training(steps, tuple(tier or TIERS)),), save)


@bench_app.command()
def robustness(
    models: Models = None,
    tiers: Annotated[str, typer.Option(help="Which, with commas.")] = "4,8,16,32,64,128,256",
    save: Json = None,
) -> None:
    """Silence, square waves, tones, castanets, a choir, whispers, noise: no bursts, clicks or level jumps."""
    from holostream.bench.robustness import measure_robustness

    measure_all((lambda: measure_robustness(models, whole_numbers(tiers, "--tiers")),), save)


@bench_app.command("format")
def file_format(
    data: Annotated[
        Path | None, typer.Option(help="Folder of sounds that no tier was trained on; default: the demo voice.")
    ] = None,
    models: Models = None,
    tiers: Annotated[str, typer.Option(help="Which, with commas.")] = "16,32,64,128,256",
    limit: Annotated[int | None, typer.Option(min=1, help="At most so many files of each kind.")] = None,
    save: Json = None,
) -> None:
    """The .holo file: what the container adds, how near the coder comes to its tables, speed, seeking."""
    from holostream.bench.file_format import measure_format

    measure_all((lambda: measure_format(data, models, whole_numbers(tiers, "--tiers"), limit),), save)


@bench_app.command()
def safety(
    kills: Annotated[int, typer.Option(min=1, help="Recordings to kill.")] = 50,
    mutants: Annotated[int, typer.Option(min=1, help="Damaged files to try.")] = 100_000,
    hours: Annotated[float, typer.Option(min=0.01, help="Of the long recording.")] = 10.0,
    save: Json = None,
) -> None:
    """Recordings in trouble: killed programs, damaged files, ten hours without an end; half an hour."""
    from rich.console import Console

    from holostream.bench.file_safety import measure_safety

    with Console(stderr=True).status("") as status:
        measure_all((lambda: measure_safety(kills, mutants, hours, status.update),), save)


def whole_numbers(text: str, option: str = "--periods") -> tuple[int, ...]:
    """'256,128' -> (256, 128). Raises ValueError for anything else."""
    parts = [part.strip() for part in text.split(",")]
    if not all(part.isdigit() and int(part) > 0 for part in parts):
        raise ValueError(f"{option} is {text!r}; expected numbers with commas, such as 256,128,64")
    return tuple(int(part) for part in parts)


def measure_all(measures: tuple[Callable[[], Measurement], ...], save: Path | None) -> None:
    """Measure and print one after the other; write the figures if a file is given."""
    measurements = []
    for measure in measures:
        measurements.append(or_end(measure))
        show(measurements[-1:])
    write_figures(measurements, save)


def or_end(measure: Callable[[], Result]) -> Result:
    """What `measure` gives; one sentence and exit code 1 if it does not come about."""
    try:
        return measure()
    except RuntimeError as error:
        typer.echo(f"holostream: {error}", err=True)
        raise typer.Exit(1) from error


def show(measurements: Sequence[Measurement]) -> None:
    """As tables on the terminal."""
    from holostream.bench.measurement import print_measurement

    for measurement in measurements:
        print_measurement(measurement)
