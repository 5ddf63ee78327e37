"""Entropy tables of every tier, learned from made-up DNA with the statistics of sound: slow, small codes."""

from __future__ import annotations

from functools import cache

import numpy as np

from holostream.codec.dna import Dna
from holostream.format.entropy_coding import PHASES
from holostream.format.entropy_tables import EntropyTables
from holostream.format.table_learning import learn_tables


def sound_like(lanes: int, frames: int, harmonics: int, seed: int) -> Dna:
    """Amplitudes that wander and fall with frequency, phases as an encoder makes them."""
    random = np.random.default_rng(seed)
    steps = random.normal(0, 0.4, (lanes, frames, harmonics))
    level = np.zeros_like(steps)
    for frame in range(1, frames):
        level[:, frame] = 0.9 * level[:, frame - 1] + steps[:, frame]
    falling = 3.0 / (1 + np.arange(harmonics) % 64 / 8)
    amplitudes = np.clip(np.round(np.abs(level) * falling), 0, 40).astype(np.uint8)
    phases = (random.integers(0, 1 << 16, amplitudes.shape) % PHASES[amplitudes]).astype(np.uint8)
    gains = np.clip(40 + np.cumsum(random.integers(-1, 2, (lanes, frames)), axis=1), 1, 63).astype(np.uint8)
    return Dna(gains, amplitudes, phases)


@cache
def tables_of(harmonics: int) -> EntropyTables:
    """Learned once a test run."""
    return learn_tables([sound_like(1, 400, harmonics, seed) for seed in range(2)])
