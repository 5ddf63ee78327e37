"""Bends of sizes, (lanes, base) float32: gate, tilt, amplitude crush. Each lane by itself."""

from __future__ import annotations

import math

import numpy as np

from holostream.codec.dna_moves.code_shape import RADIUS_POWER

DB_PER_NEPER = 20 / math.log(10)
SIZE_POWER = 0.5 / RADIUS_POWER
"""From energy to size."""
NOTHING = 1e-6
"""Far below the smallest size; keeps silence from dividing by zero."""


def gate_weights(sizes: np.ndarray, amount: float) -> np.ndarray:
    """0 for what is smaller than this share of the lane's largest, else 1; (lanes, base) uint8."""
    largest = np.maximum.reduce(sizes, axis=1, keepdims=True)
    largest *= amount
    return (sizes >= largest).view(np.uint8)


def tilt_gains(db_per_octave: float, octave: np.ndarray) -> np.ndarray:
    """(3, base) float32: factors of energy untilted, that is 1, and tilted; of size, tilted. `octave` (base,) float32: where
    each harmonic is."""
    energy = np.exp(octave * (db_per_octave * 2 / DB_PER_NEPER))
    return np.stack((np.ones_like(octave), energy, energy**SIZE_POWER))


def tilted(sizes: np.ndarray, gains: np.ndarray) -> np.ndarray:
    """Radii turned up as `tilt_gains` say, at the energy they had.

    Without that a voice would be 40 dB louder or softer, as most of its energy lies at one end.
    """
    energy = sizes ** (2 * RADIUS_POWER)
    sums = np.vecdot(energy[:, np.newaxis], gains[:2]).tolist()
    changes = [[((before + NOTHING) / (after + NOTHING)) ** SIZE_POWER] for before, after in sums]
    return sizes * gains[2] * np.array(changes, np.float32)


def amplitude_crushed(sizes: np.ndarray, amount: float) -> np.ndarray:
    """Steps as coarse as this share of the mean of what sounds, and less and less above it: at 1 only off and on."""
    result = np.empty_like(sizes)
    for lane, crushed in zip(sizes, result, strict=True):
        mean = float(np.add.reduce(lane)) / max(int(np.count_nonzero(lane)), 1)
        most = mean + (1 - amount) * (float(np.maximum.reduce(lane)) - mean)
        step = max(amount * mean, NOTHING)
        np.multiply(lane, 1 / step, out=crushed)
        np.rint(crushed, crushed)
        crushed *= step
        np.minimum(crushed, most, out=crushed)
    return result
