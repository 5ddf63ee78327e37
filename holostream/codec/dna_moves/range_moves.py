"""Bends that choose harmonics: shift, comb, mute and solo of a range.

`index` is (base,) harmonics from 0; weights are (base,) float32 factors of sizes, exactly 1 where nothing changes.
"""

from __future__ import annotations

import numpy as np


def places_of(shift: float, base: int) -> int:
    """Whole harmonics that a shift moves by, of either sign; so few that one of them stays in sight."""
    return min(max(round(shift), 1 - base), base - 1)


def shifted(values: np.ndarray, places: int) -> np.ndarray:
    """(lanes, base) values moved up by so many places, not 0, zero where none came from."""
    moved = np.zeros_like(values)
    if places > 0:
        moved[:, places:] = values[:, :-places]
    else:
        moved[:, :places] = values[:, -places:]
    return moved


def comb_weights(index: np.ndarray, every: int) -> np.ndarray:
    """Every so many-th harmonic stays, the lowest first."""
    return (index % every == 0).astype(np.float32)


def mute_weights(index: np.ndarray, amount: float, low: float, high: float) -> np.ndarray:
    """Harmonics from share `low` to `high` of all, in either order, turned down: at 1 silent."""
    return np.where(_inside(index, low, high), _turned_down(amount), np.float32(1))


def solo_weights(index: np.ndarray, amount: float, low: float, high: float) -> np.ndarray:
    """All but those turned down: at 1 silent."""
    return np.where(_inside(index, low, high), np.float32(1), _turned_down(amount))


def _inside(index: np.ndarray, low: float, high: float) -> np.ndarray:
    low, high = min(low, high) * len(index), max(low, high) * len(index)
    return (index >= low) & (index < high)


def _turned_down(amount: float) -> np.float32:
    """The square of the rest in radius: about even steps in dB until close to the end."""
    return np.float32((1 - amount) ** 1.5)
