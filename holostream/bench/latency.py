"""Algorithmic latency: impulses at many offsets through the audio callback, against what the status record says.

A block of B samples has gathered gcd(B, hop) samples of every hop before the callback sees it; the rest of the chunk,
chunk - gcd(B, hop), is the delay inside the callback. Both together are the algorithmic latency. Virtual time: no
device is involved, so the figures are exact on any machine.
"""

from __future__ import annotations

import math
from pathlib import Path

import numpy as np

from holostream.bench.callback_rig import callback_rig, run_blocks
from holostream.bench.measurement import Measurement, Row
from holostream.codec.tier_model import TierModel, default_models_folder, load_tier

BLOCKS = (32, 64, 128, 100, 480, 1024)
LATENCY_TIERS = (64, 256)
IMPULSES = 256
SPACING = 2053
"""Samples between impulses: prime, so that their offsets within hop and block run through all values."""
IMPULSE_PEAK = 0.5
COLUMNS = ("block", "tier", "added", "sd", "max", "shown", "gathered", "sum", "target")


def impulse_delays(model: TierModel, block: int, impulses: int = IMPULSES) -> tuple[np.ndarray, int, int]:
    """(impulses,) delays in samples, and the status record's added and algorithmic latency."""
    places = SPACING * np.arange(1, impulses + 1)
    samples = np.zeros((impulses + 2) * SPACING, np.float32)
    samples[places] = IMPULSE_PEAK
    with callback_rig(model, block) as callback:
        heard = np.abs(run_blocks(callback, samples, block))
        status = callback.shared.status.snapshot()
    delays = np.array([int(heard[at : at + SPACING].argmax()) for at in places])
    return delays, int(status["added_latency"]), int(status["algorithmic_latency"])


def measure_latency(models: Path | None = None, impulses: int = IMPULSES) -> Measurement:
    """Every block size and tier. Target: delay and gathered samples together are one chunk, equal to the display."""
    rows, values = [], []
    for harmonics in LATENCY_TIERS:
        model = load_tier(models or default_models_folder(), harmonics)
        facts = model.facts
        for block in BLOCKS:
            delays, added, algorithmic = impulse_delays(model, block, impulses)
            gathered = math.gcd(block, facts.hop)
            mean, spread, longest = float(delays.mean()), float(delays.std()), int(delays.max())
            met = spread == 0 and mean == added and longest + gathered == algorithmic == facts.latency_samples
            rows.append(
                Row(
                    (
                        str(block),
                        str(harmonics),
                        f"{mean:g}",
                        f"{spread:g}",
                        str(longest),
                        str(added),
                        str(gathered),
                        f"{mean + gathered:g}",
                        str(facts.latency_samples),
                    ),
                    met,
                )
            )
            values.append(
                {
                    "block": block,
                    "tier": harmonics,
                    "mean": mean,
                    "sd": spread,
                    "max": longest,
                    "added_shown": added,
                    "gathered": gathered,
                    "algorithmic": mean + gathered,
                    "algorithmic_shown": algorithmic,
                    "impulses": impulses,
                }
            )
    chunk_ms = 1000 * facts.latency_samples / facts.rate
    return Measurement(
        "latency",
        "Algorithmic latency, samples, by impulses",
        COLUMNS,
        tuple(rows),
        {"rows": values},
        (
            f"Added: delay inside the callback, the mean of {impulses} impulses at offsets that run through all of hop and "
            "block; shown: what the screen says. Gathered: what the device's block had of a hop before. Sum: the algorithmic latency, "
            f"{facts.latency_samples} samples or {chunk_ms:.1f} ms at {facts.rate} Hz.",
        ),
    )
