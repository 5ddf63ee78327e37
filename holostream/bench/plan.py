"""The measurements by name, each at its published length and at a quick one that only shows that it works."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from pathlib import Path
from typing import Any

from holostream.bench.full_size import can_make_full_size
from holostream.bench.measurement import Measurement

SOAK_MINUTES, PERFORMANCE_MINUTES = 10.0, 30.0
BY_PERIOD = {"soak": SOAK_MINUTES, "performance": PERFORMANCE_MINUTES}
"""Those that may be measured one JACK period at a time, and for how long each."""


def latency(quick: bool) -> Measurement:
    from holostream.bench.latency import measure_latency

    return measure_latency(impulses=32) if quick else measure_latency()


def hop(quick: bool) -> Measurement:
    from holostream.bench.hop import measure_hop

    return measure_hop(seconds=2.0) if quick else measure_hop(full_size=can_make_full_size())


def start(quick: bool) -> Measurement:
    from holostream.bench.start import measure_start

    return measure_start(runs=2, seconds=2.0) if quick else measure_start()


def speed(quick: bool) -> Measurement:
    from holostream.bench.speed import measure_speed

    return measure_speed(seconds=30.0, runs=1) if quick else measure_speed()


def switch(quick: bool) -> Measurement:
    from holostream.bench.switch import measure_switch

    return measure_switch(seconds=1.0) if quick else measure_switch()


def moves(quick: bool) -> Measurement:
    from holostream.bench.moves import measure_moves

    return measure_moves(seconds=2.0, names=("tilt", "freeze")) if quick else measure_moves()


def jack(quick: bool) -> Measurement:
    from holostream.bench.jack import measure_jack

    return measure_jack(clicks=20, periods=(64, 128)) if quick else measure_jack()


def midi(quick: bool) -> Measurement:
    from holostream.bench.midi import measure_midi

    return measure_midi(notes=20, flood_seconds=2.0, periods=(256,)) if quick else measure_midi()


def soak(quick: bool) -> Measurement:
    from holostream.bench.soak import measure_soak

    return measure_soak(minutes=0.2) if quick else measure_soak(SOAK_MINUTES)


def performance(quick: bool) -> Measurement:
    from holostream.bench.soak import measure_soak

    return measure_soak(0.2, (256,), everything=True) if quick else measure_soak(PERFORMANCE_MINUTES, (256, 128), everything=True)


def some_periods(name: str, periods: Sequence[int], stored: dict[str, Any]) -> Measurement:
    """`soak` or `performance` of these periods alone, the others as they are `stored`. Raises ValueError as `kept_runs`."""
    from holostream.bench.machine import describe_machine
    from holostream.bench.soak import measure_soak
    from holostream.bench.soak_table import kept_runs

    minutes = BY_PERIOD[name]
    kept = kept_runs(stored.get(name), describe_machine(), minutes, periods)
    return measure_soak(minutes, periods, everything=name == "performance", kept=kept)


def robustness(quick: bool) -> Measurement:
    from holostream.bench.robustness import measure_robustness

    return measure_robustness()


def training(quick: bool) -> Measurement:
    from holostream.bench.training_speed import measure_training

    return measure_training(steps=2, tiers=(256,), data_minutes=()) if quick else measure_training()


def safety(quick: bool) -> Measurement:
    from holostream.bench.file_safety import measure_safety

    return measure_safety(kills=2, mutants=300, hours=0.2) if quick else measure_safety()


def quality(quick: bool, data: Path, against: str | None = None) -> tuple[Measurement, ...]:
    from holostream.bench.quality_run import QualitySettings
    from holostream.bench.quality_verb import quality_with_display
    from holostream.bench.rivals import DEFAULT

    settings = QualitySettings(data, against=against or ("opus-20" if quick else DEFAULT), limit=1 if quick else None)
    return quality_with_display(settings)[0]


def quality_beside_kept(data: Path, stored: dict) -> tuple[Measurement, ...]:
    """As `quality`, of our tiers alone, beside the rivals of the table that is `stored`. Raises ValueError if it has none."""
    from holostream.bench.kept_rivals import kept_rivals
    from holostream.bench.quality_run import QualitySettings
    from holostream.bench.quality_verb import quality_with_display

    kept = kept_rivals(stored)
    return quality_with_display(QualitySettings(data, against="none"), kept=kept)[0]


def file_format(quick: bool, data: Path, against: str | None = None) -> tuple[Measurement, ...]:
    from holostream.bench.file_format import measure_format

    return (measure_format(data, limit=2, stretches=2) if quick else measure_format(data),)


MEASUREMENTS: dict[str, Callable[[bool], Measurement]] = {
    "latency": latency,
    "hop": hop,
    "start": start,
    "speed": speed,
    "switch": switch,
    "moves": moves,
    "jack": jack,
    "midi": midi,
    "soak": soak,
    "performance": performance,
    "training": training,
    "robustness": robustness,
    "safety": safety,
}
"""In the order of the README."""

OF_SOUNDS: dict[str, Callable[[bool, Path, str | None], tuple[Measurement, ...]]] = {"format": file_format, "quality": quality}
"""Those that need a folder of sounds and make several tables; the last argument names whom quality is compared with."""

TABLES = {"quality": ("quality", "opus_equal", "other_models", "codecs")}
"""The tables of those, by the names of their places."""

TABLE_FILES = {"codecs": "models/README.md"}
"""Where a table's place is, below the checkout, if not in README.md."""
