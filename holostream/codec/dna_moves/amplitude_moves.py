"""Bends of sizes, (lanes, base) float32: gate, tilt, amplitude crush. Each lane by itself."""

from __future__ import annotations

import math

import numpy as np

from holostream.codec.dna_moves.code_shape import RADIUS_POWER

DB_PER_NEPER = 20 / math.log(10)
NOTHING = np.float32(1e-6)
"""Far below the smallest size; keeps silence from dividing by zero."""


def gate_weights(sizes: np.ndarray, amount: float) -> np.ndarray:
    """0 for what is smaller than this share of the lane's largest, else 1; (lanes, base) float32."""
    return (sizes >= amount * sizes.max(axis=1, keepdims=True)).astype(np.float32)


def tilted(sizes: np.ndarray, db_per_octave: float, octave: np.ndarray) -> np.ndarray:
    """Radii turned up by so much per octave, at the energy they had; `octave` (base,) float32, where each harmonic is.

    Without that a voice would be 40 dB louder or softer, as most of its energy lies at one end.
    """
    energy = sizes ** (2 * RADIUS_POWER)
    gain = np.exp(octave * (db_per_octave * 2 / DB_PER_NEPER))
    change = (energy.sum(axis=1, keepdims=True) + NOTHING) / ((energy * gain).sum(axis=1, keepdims=True) + NOTHING)
    return sizes * (gain * change) ** (0.5 / RADIUS_POWER)


def amplitude_crushed(sizes: np.ndarray, amount: float) -> np.ndarray:
    """Steps as coarse as this share of the mean of what sounds, and less and less above it: at 1 only off and on."""
    mean = sizes.sum(axis=1, keepdims=True) / np.maximum((sizes > 0).sum(axis=1, keepdims=True), 1)
    most = mean + (1 - amount) * (sizes.max(axis=1, keepdims=True) - mean)
    step = np.maximum(amount * mean, NOTHING)
    return np.minimum(np.rint(sizes / step) * step, most).astype(np.float32)
