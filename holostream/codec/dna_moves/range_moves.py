"""Bends that choose harmonics: shift, comb, mute and solo of a range.

Weights are (base,) float32 factors of sizes, exactly 1 where nothing changes.
"""

from __future__ import annotations

import math

import numpy as np


def places_of(shift: float, base: int) -> int:
    """Whole harmonics that a shift moves by, of either sign; so few that one of them stays in sight."""
    return min(max(round(shift), 1 - base), base - 1)


def shift(codes: np.ndarray, moved: np.ndarray, places: int, zero: int) -> None:
    """Write (..., base) codes to `moved`, up by so many places, not 0; `zero` where none came from."""
    if places > 0:
        moved[..., places:], moved[..., :places] = codes[..., :-places], zero
    else:
        moved[..., :places], moved[..., places:] = codes[..., -places:], zero


def comb_weights(base: int, every: float) -> np.ndarray:
    """Every so many-th harmonic stays, the lowest first; between two whole numbers one comb goes and the next comes."""
    teeth = int(every)
    further = every - teeth
    weights = np.zeros(base, np.float32)
    weights[::teeth] = _turned_down(further)
    if further:
        weights[:: teeth + 1] = _turned_down(1 - further)
        weights[:: teeth * (teeth + 1)] = 1
    return weights


def mute(weights: np.ndarray, amount: float, low: float, high: float) -> None:
    """Turn down harmonics from share `low` to `high` of all, in either order: at 1 silent."""
    first, beyond = _between(len(weights), low, high)
    weights[first:beyond] *= _turned_down(amount)


def solo(weights: np.ndarray, amount: float, low: float, high: float) -> None:
    """Turn down all but those."""
    first, beyond = _between(len(weights), low, high)
    weights[:first] *= _turned_down(amount)
    weights[beyond:] *= _turned_down(amount)


def _between(base: int, low: float, high: float) -> tuple[int, int]:
    return math.ceil(min(low, high) * base), math.ceil(max(low, high) * base)


def _turned_down(amount: float) -> float:
    """The square of the rest in radius: about even steps in dB until close to the end."""
    return (1 - amount) ** 1.5
