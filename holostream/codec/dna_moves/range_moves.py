"""Bends that choose harmonics: shift, comb, mute and solo of a range.

Weights are (base,) float32 factors of sizes, exactly 1 where nothing changes. They are remembered: of amounts that glide one
is another in every hop, the others are not.
"""

from __future__ import annotations

import math
from functools import lru_cache

import numpy as np

REMEMBERED = 32


def places_of(shift: float, base: int) -> int:
    """Whole harmonics that a shift moves by, of either sign; so few that one of them stays in sight."""
    return min(max(round(shift), 1 - base), base - 1)


def shift(codes: np.ndarray, moved: np.ndarray, places: int, zero: int) -> None:
    """Write (..., base) codes to `moved`, up by so many places, not 0; `zero` where none came from."""
    if places > 0:
        moved[..., places:], moved[..., :places] = codes[..., :-places], zero
    else:
        moved[..., :places], moved[..., places:] = codes[..., -places:], zero


@lru_cache(REMEMBERED)
def comb_weights(base: int, every: float) -> np.ndarray:
    """Every so many-th harmonic stays, the lowest first; between two whole numbers one comb goes and the next comes."""
    teeth = int(every)
    further = every - teeth
    weights = np.zeros(base, np.float32)
    weights[::teeth] = _turned_down(further)
    if further:
        weights[:: teeth + 1] = _turned_down(1 - further)
        weights[:: teeth * (teeth + 1)] = 1
    weights.setflags(write=False)
    return weights


@lru_cache(REMEMBERED)
def mute_weights(base: int, amount: float, low: float, high: float) -> np.ndarray:
    """Harmonics from share `low` to `high` of all, in either order, are turned down: at 1 silent."""
    first, beyond = _between(base, low, high)
    weights = np.ones(base, np.float32)
    weights[first:beyond] = _turned_down(amount)
    weights.setflags(write=False)
    return weights


@lru_cache(REMEMBERED)
def solo_weights(base: int, amount: float, low: float, high: float) -> np.ndarray:
    """All but those are turned down."""
    first, beyond = _between(base, low, high)
    weights = np.full(base, _turned_down(amount), np.float32)
    weights[first:beyond] = 1
    weights.setflags(write=False)
    return weights


def _between(base: int, low: float, high: float) -> tuple[int, int]:
    return math.ceil(min(low, high) * base), math.ceil(max(low, high) * base)


def _turned_down(amount: float) -> float:
    """The square of the rest in radius: about even steps in dB until close to the end."""
    return (1 - amount) ** 1.5
