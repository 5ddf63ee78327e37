"""What of the bends depends on their amounts alone, so that it is worked out once for many hops."""

from __future__ import annotations

from dataclasses import dataclass
from operator import attrgetter
from typing import NamedTuple

import numpy as np

from holostream.codec.dna_moves.amplitude_moves import Tilt, tilt_gains
from holostream.codec.dna_moves.range_moves import comb_weights, mute, places_of, solo


@dataclass(frozen=True)
class BendAmounts:
    """How much of every bend, in the units and ranges of the engine's commands of these names; neutral unless given."""

    freeze_drift: float = 0.0
    """Of a frame that is held: how far its phases drift (the amount of `freeze`)."""
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


Chosen = tuple[np.ndarray | None, np.ndarray | None, bool]
"""`weights` and `kept` of a plan, and whether any weight lies between 0 and 1."""
NOTHING_CHOSEN: Chosen = (None, None, False)


class BendPlan(NamedTuple):
    """`weights` (1, base) float32 of what is chosen, `kept` (base,) uint8 where they are 1; `tilt` see `tilt_gains`; None where
    there is nothing to do. `spread`: to sizes that the codes of their new places may not have."""

    places: int
    weights: np.ndarray | None
    kept: np.ndarray | None
    tilt: Tilt | None
    spread: bool
    resizing: bool
    """Whether codes must be opened to sizes; else they stay, or go, as they are."""
    turning: bool
    anything: bool


class BendPlanner:
    """Makes plans: of one amount that glides only what depends on it is worked out anew. `octave` (base,) float32: where
    each harmonic is, see `amplitude_moves.tilt_gains`."""

    def __init__(self, octave: np.ndarray) -> None:
        self._octave = octave
        self._choice: tuple[float, ...] = ()
        self._chosen: Chosen = NOTHING_CHOSEN
        self._tilt_amount, self._tilt = 0.0, tilt_gains(0.0, octave)

    def plan(self, amounts: BendAmounts) -> BendPlan:
        """What follows from these."""
        weights, kept, partly = NOTHING_CHOSEN
        if amounts.comb > 1 or amounts.mute_range or amounts.solo_range:
            choice = _choice_of(amounts)
            if choice != self._choice:
                self._choice, self._chosen = choice, _chosen(amounts, len(self._octave))
            weights, kept, partly = self._chosen
        if amounts.tilt and amounts.tilt != self._tilt_amount:
            self._tilt_amount, self._tilt = amounts.tilt, tilt_gains(amounts.tilt, self._octave)
        places = places_of(amounts.shift, len(self._octave))
        spread = bool(places or amounts.tilt)
        resizing = bool(spread or partly or amounts.amplitude_crush)
        turning = bool(amounts.robot or amounts.whisper or amounts.phase_crush)
        return BendPlan(
            places,
            weights,
            kept,
            self._tilt if amounts.tilt else None,
            spread,
            resizing,
            turning,
            resizing or turning or weights is not None or bool(amounts.gate),
        )


_choice_of = attrgetter("comb", "mute_range", "mute_low", "mute_high", "solo_range", "solo_low", "solo_high")


def _chosen(amounts: BendAmounts, base: int) -> Chosen:
    """Of comb, mute and solo together."""
    weights = comb_weights(base, amounts.comb)
    if amounts.mute_range:
        mute(weights, amounts.mute_range, amounts.mute_low, amounts.mute_high)
    if amounts.solo_range:
        solo(weights, amounts.solo_range, amounts.solo_low, amounts.solo_high)
    kept = (weights == 1).view(np.uint8)
    return weights[np.newaxis], kept, bool((weights != kept).any())
