"""One hop of sound (encode, DNA ring, vocode, overlap-add, mix), for every tier: back to back and paced.

Back to back: hops follow each other without a pause in this process; what the arithmetic costs. Paced: the real live
program on the virtual device, 375 hops a second, with its screen drawing in a pseudo terminal; what counts on stage,
several times slower because caches and clocks go cold between hops. The paced figures come from the engine's own
histograms, whose bins are 6 % wide and report their upper edge.
"""

from __future__ import annotations

import tempfile
import time
from contextlib import AbstractContextManager, nullcontext
from dataclasses import dataclass
from pathlib import Path

import numpy as np

from holostream.bench.callback_rig import callback_rig
from holostream.bench.full_size import full_size_models
from holostream.bench.live_program import LiveProgram
from holostream.bench.material import voice
from holostream.bench.measurement import Measurement, Row
from holostream.codec.tier import TIERS
from holostream.codec.tier_model import default_models_folder, load_tier
from holostream.engine.block_path import step

PACED_MEDIAN_US = 600.0
PACED_TAIL_US = 1200.0
BACK_TO_BACK_US = 250.0
BACK_TO_BACK_HOPS = 4000
COLUMNS = ("tier", "network", "back to back", "paced", "p99.9", "worst", "late")


@dataclass(frozen=True)
class HopTimes:
    """Microseconds per hop of one tier."""

    tier: int
    network: str
    back_to_back_us: float
    paced_us: float
    paced_tail_us: float
    paced_worst_us: float
    late_callbacks: int
    callbacks: int

    @property
    def met(self) -> bool:
        return (
            self.back_to_back_us <= BACK_TO_BACK_US
            and self.paced_us <= PACED_MEDIAN_US
            and self.paced_tail_us <= PACED_TAIL_US
        )


def back_to_back_us(models: Path, tier: int, hops: int = BACK_TO_BACK_HOPS) -> float:
    """Median of a hop on the demo voice, nothing in between."""
    model = load_tier(models, tier)
    hop, elapsed_ns = model.facts.hop, np.empty(hops)
    samples = voice(model.facts.rate, hops * hop)
    with callback_rig(model, hop) as callback:
        for place in range(hops):
            part = samples[:, place * hop : (place + 1) * hop]
            before = time.perf_counter_ns()
            step(part, callback.path, callback.controls)
            elapsed_ns[place] = time.perf_counter_ns() - before
    return round(float(np.median(elapsed_ns)) / 1000, 1)


def paced_report(models: Path, tier: int, seconds: float) -> dict:
    """The statistics of a live session beside its drawing screen."""
    with tempfile.TemporaryDirectory() as folder:
        hop = load_tier(models, tier).facts.hop
        arguments = [
            "--device-api",
            "virtual",
            "--block",
            str(hop),
            "--tier",
            str(tier),
            "--seconds",
            str(seconds),
            "--models",
            str(models.resolve()),
        ]
        with LiveProgram(arguments, Path(folder)) as program:
            return program.finish(seconds)


def hop_times(models: Path, network: str, tier: int, seconds: float) -> HopTimes:
    """Both measurements of one tier."""
    report = paced_report(models, tier, seconds)
    paced = report["stage_hop"]
    return HopTimes(
        tier,
        network,
        back_to_back_us(models, tier),
        paced["p50_us"],
        paced["p99.9_us"],
        paced["p100_us"],
        report["late_callbacks"],
        report["callbacks"],
    )


def measure_hop(models: Path | None = None, seconds: float = 20.0, full_size: bool = False) -> Measurement:
    """Every tier of `models`, and of a full-size network with random weights if asked for (needs torch)."""
    folder = models or default_models_folder()
    times = [hop_times(folder, "given" if models else "shipped", tier, seconds) for tier in TIERS]
    making: AbstractContextManager[Path | None] = full_size_models() if full_size else nullcontext()
    with making as large:
        if large is not None:
            times += [hop_times(large, "full size", tier, seconds) for tier in TIERS]
    rows = [
        Row(
            (
                str(one.tier),
                one.network,
                _milliseconds(one.back_to_back_us),
                _milliseconds(one.paced_us),
                _milliseconds(one.paced_tail_us),
                _milliseconds(one.paced_worst_us),
                str(one.late_callbacks),
            ),
            one.met,
        )
        for one in times
    ]
    targets = Row(
        (
            "target",
            "",
            *(f"<= {_milliseconds(limit)}" for limit in (BACK_TO_BACK_US, PACED_MEDIAN_US, PACED_TAIL_US)),
            "",
            "",
        )
    )
    return Measurement(
        "hop",
        "One hop, milliseconds",
        COLUMNS,
        (*rows, targets),
        {"seconds": seconds, "rows": [one.__dict__ | {"met": one.met} for one in times]},
        (
            f"Back to back: median of hops without a pause. Paced: median of {seconds:g} s live per tier at 375 hops a second "
            "beside the drawing screen, with p99.9 and worst; late: callbacks more than a block late. One thread.",
        ),
    )


def _milliseconds(microseconds: float) -> str:
    return f"{microseconds / 1000:.2f}"
