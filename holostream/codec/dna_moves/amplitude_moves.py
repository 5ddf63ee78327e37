"""Bends of sizes, (lanes, base) float32: gate, tilt, amplitude crush. Each lane by itself.

What is the same for all lanes has a first axis of 1: for numpy one lane is then no case of broadcasting, at half the time.
"""

from __future__ import annotations

import math

import numpy as np

from holostream.codec.polar_code import RADIUS_POWER

DB_PER_NEPER = 20 / math.log(10)
SIZE_POWER = 0.5 / RADIUS_POWER
"""From energy to size."""
NOTHING = 1e-6
"""Far below the smallest size; keeps silence from dividing by zero."""
Tilt = tuple[np.ndarray, np.ndarray]
"""See `tilt_gains`."""


def gate_weights(sizes: np.ndarray, amount: float) -> np.ndarray:
    """0 for what is smaller than this share of the lane's largest, else 1; (lanes, base) uint8."""
    least = np.array(largest(sizes), np.float32)[:, np.newaxis]
    least *= amount
    return (sizes >= least).view(np.uint8)


def largest(sizes: np.ndarray) -> list[float]:
    """Of each lane; by way of its place, in a fifth of the time of a maximum."""
    if len(sizes) == 1:
        return [sizes.item(sizes.argmax())]
    return [lane.item(lane.argmax()) for lane in sizes]


def tilt_gains(db_per_octave: float, octave: np.ndarray) -> Tilt:
    """(1, base) factors of size, and (base, 2) of energy untilted, that is 1, and tilted, float32. `octave` (base,) float32:
    where each harmonic is."""
    both = np.ones((len(octave), 2), np.float32)
    both[:, 1] = energy = np.exp(octave * (db_per_octave * 2 / DB_PER_NEPER))
    return energy[np.newaxis] ** SIZE_POWER, both


def tilted(sizes: np.ndarray, gains: Tilt) -> tuple[np.ndarray, list[float]]:
    """Radii turned up as `tilt_gains` say, and the factor of each lane's sizes that gives it back the energy it had.

    Without that a voice would be 40 dB louder or softer, as most of its energy lies at one end.
    """
    of_size, of_energy = gains
    # Lane by lane: a product of matrices may sum in another order than one of vectors.
    sums = [(lane @ of_energy).tolist() for lane in sizes ** (2 * RADIUS_POWER)]
    return sizes * of_size, [((before + NOTHING) / (after + NOTHING)) ** SIZE_POWER for before, after in sums]


def amplitude_crushed(sizes: np.ndarray, amount: float) -> np.ndarray:
    """Steps as coarse as this share of the mean of what sounds, and less and less above it: at 1 only off and on."""
    result = np.empty_like(sizes)
    for lane, crushed, highest in zip(sizes, result, largest(sizes), strict=True):
        mean = float(np.add.reduce(lane)) / max(int(np.count_nonzero(lane)), 1)
        most = mean + (1 - amount) * (highest - mean)
        step = max(amount * mean, NOTHING)
        np.multiply(lane, 1 / step, out=crushed)
        np.rint(crushed, crushed)
        crushed *= step
        np.minimum(crushed, most, out=crushed)
    return result
