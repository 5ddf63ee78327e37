"""Placeholder of another branch."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from holostream.codec.tier import TierFacts


@dataclass(frozen=True)
class BendAmounts:
    freeze_drift: float = 0.0
    mute_range: float = 0.0
    mute_low: float = 0.0
    mute_high: float = 0.25
    solo_range: float = 0.0
    solo_low: float = 0.0
    solo_high: float = 0.25
    tilt: float = 0.0
    shift: float = 0.0
    comb: float = 1.0
    gate: float = 0.0
    amplitude_crush: float = 0.0
    phase_crush: float = 0.0
    robot: float = 0.0
    whisper: float = 0.0
    cross: float = 0.0


Codes = tuple[np.ndarray, np.ndarray, np.ndarray]


class Bend:
    def __init__(self, facts: TierFacts) -> None:
        pass

    def apply(self, codes: Codes, amounts: BendAmounts, hop: int, held_hops: int = 0, second: Codes | None = None) -> Codes:
        return codes
