"""The equal-gain fade between two tiers and the mix that a morph holds, the same live, in recordings and in replay.

Two tiers say the same thing in more or fewer harmonics: their outputs are correlated, so the weights add up to one
(an equal-power fade would bulge by 3 dB).
"""

from __future__ import annotations

from collections.abc import Sequence
from functools import cache, lru_cache
from itertools import pairwise

import numpy as np

FULL_LEVEL = 255
"""Of a morph: the second tier alone."""
FADE_HOPS = 7
"""With the hop that primes the incoming tier and the one a command may wait for, a switch is over within nine."""


@cache
def fade_weights(hop: int, fade_hops: int) -> np.ndarray:
    """(fade_hops, hop) float32 weights of the incoming tier, a raised cosine from 0 to 1."""
    position = (np.arange(fade_hops * hop) + 0.5) / (fade_hops * hop)
    weights = (0.5 - 0.5 * np.cos(np.pi * position)).astype(np.float32).reshape(fade_hops, hop)
    weights.setflags(write=False)
    return weights


@lru_cache(maxsize=1024)
def line_weights(hop: int, before: int, after: int) -> np.ndarray:
    """(hop,) float32 weights of the second tier of a morph, a straight line between two levels, in 255ths."""
    start, end = np.float32(before) / np.float32(FULL_LEVEL), np.float32(after) / np.float32(FULL_LEVEL)
    weights = start + (end - start) * (np.arange(1, hop + 1, dtype=np.float32) / np.float32(hop))
    weights.setflags(write=False)
    return weights


def level_weights(hop: int, levels: Sequence[int]) -> np.ndarray:
    """(hops, hop) of `line_weights`, through hops + 1 `levels`."""
    return np.stack([line_weights(hop, before, after) for before, after in pairwise(levels)])


def mix_tiers(outgoing: np.ndarray, incoming: np.ndarray, weights: np.ndarray) -> np.ndarray:
    """(lanes, hop) of each tier and (hop,) weights -> (lanes, hop)."""
    return outgoing + (incoming - outgoing) * weights
