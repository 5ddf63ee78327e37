"""The verbs of `holostream bench`. Each imports its measurement inside its function, as the command line's verbs do."""

from __future__ import annotations

import json
from collections.abc import Callable
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

if TYPE_CHECKING:
    from holostream.bench.measurement import Measurement

bench_app = typer.Typer(
    no_args_is_help=False,
    help="Measure latency, time per hop, start, speed and tier switches; without a verb: all of these, about two minutes.",
)

Models = Annotated[Path | None, typer.Option(help="Models folder; default: the shipped one.")]
Json = Annotated[Path | None, typer.Option("--json", help="Write the figures here.")]
FullSize = Annotated[bool, typer.Option("--full-size", help="Also networks of 1 M parameters, made with torch.")]
SHORT_HOP_SECONDS = 10.0


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
def jack(models: Models = None, clicks: Annotated[int, typer.Option(min=2)] = 100, save: Json = None) -> None:
    """Through-latency on a JACK server of its own, next to a pass-through."""
    from holostream.bench.jack import measure_jack

    measure_all((lambda: measure_jack(models, clicks),), save)


@bench_app.command()
def soak(
    minutes: Annotated[float, typer.Option(min=0.1, help="Per period, and twice more for the pass-through.")] = 10.0,
    periods: Annotated[str, typer.Option(help="JACK periods, with commas.")] = "256,128,64",
    models: Models = None,
    save: Json = None,
) -> None:
    """Dropouts under hard use on a JACK server of its own, beside a pass-through."""
    from holostream.bench.soak import measure_soak

    measure_all((lambda: measure_soak(minutes, whole_numbers(periods), models),), save)


@bench_app.command()
def quality(
    data: Annotated[Path, typer.Option(help="Folder of sounds that no tier was trained on.")],
    models: Models = None,
    tiers: Annotated[str, typer.Option(help="Which, with commas.")] = "4,8,16,32,64,128,256",
    save: Json = None,
) -> None:
    """Bitrate and closeness to the original of every tier, from decoded files."""
    from holostream.bench.quality import measure_quality

    measure_all((lambda: measure_quality(data, models, whole_numbers(tiers, "--tiers")),), save)


def whole_numbers(text: str, option: str = "--periods") -> tuple[int, ...]:
    """'256,128' -> (256, 128). Raises ValueError for anything else."""
    parts = [part.strip() for part in text.split(",")]
    if not all(part.isdigit() and int(part) > 0 for part in parts):
        raise ValueError(f"{option} is {text!r}; expected numbers with commas, such as 256,128,64")
    return tuple(int(part) for part in parts)


def measure_all(measures: tuple[Callable[[], Measurement], ...], save: Path | None) -> None:
    """Measure and print one after the other; write the figures if a file is given. One sentence and exit code 1 for
    a measurement that does not come about."""
    from holostream.bench.machine import describe_machine
    from holostream.bench.measurement import print_measurement

    measurements = []
    for measure in measures:
        try:
            measurements.append(measure())
        except RuntimeError as error:
            typer.echo(f"holostream: {error}", err=True)
            raise typer.Exit(1) from error
        print_measurement(measurements[-1])
    if save is not None:
        document = {
            "machine": describe_machine(),
            "measurements": [measurement.as_dict() for measurement in measurements],
        }
        save.write_text(json.dumps(document, indent=1) + "\n", encoding="utf-8")
