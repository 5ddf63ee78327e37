"""A session's counters and percentiles as plain numbers, for people, scripts and benchmarks."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np

from holostream.engine.status import STAGES, percentile_us

if TYPE_CHECKING:
    from holostream.engine.session import Session

COUNTERS = (
    "hops",
    "callbacks",
    "input_overflows",
    "output_underflows",
    "late_callbacks",
    "errors",
    "bad_samples",
    "bad_frames",
    "limited_hops",
    "latency_changes",
    "reconnects",
    "playback_dry",
)
LATENCIES = (
    "algorithmic_latency",
    "added_latency",
    "resampling_latency",
    "device_input_latency",
    "device_output_latency",
)


def percentiles(histogram: np.ndarray) -> dict[str, float]:
    """Microseconds at the median and in the tail."""
    return {f"p{percent:g}_us": round(percentile_us(histogram, percent), 1) for percent in (50, 99, 99.9, 100)}


def session_report(status: np.void, session: Session) -> dict:
    """Counters, latencies in device samples, percentiles of lateness, callback and stages."""
    facts = session.facts
    return {
        "seconds": float(status["hops"]) * facts.hop / facts.rate,
        "device": session.device,
        **{name: int(status[name]) for name in (*COUNTERS, *LATENCIES)},
        "block": int(status["block"]),
        "lateness": percentiles(status["lateness"]),
        "callback": percentiles(status["callback_time"]),
        **{f"stage_{stage}": percentiles(status["stages"][place]) for place, stage in enumerate(STAGES)},
    }
