"""The equal-gain fade between two tiers and the mix that a morph holds, the same live, in recordings and in replay.

Two tiers say the same thing in more or fewer harmonics: their outputs are correlated, so the weights add up to one
(an equal-power fade would bulge by 3 dB).
"""

from __future__ import annotations

from collections.abc import Sequence
from functools import cache

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


def level_weights(hop: int, levels: Sequence[int]) -> np.ndarray:
    """(hops, hop) float32 weights of the second tier of a morph, straight lines through hops + 1 `levels`, in 255ths."""
    edges = np.asarray(list(levels), np.float32) / np.float32(FULL_LEVEL)
    position = (np.arange(1, hop + 1, dtype=np.float32)) / np.float32(hop)
    return edges[:-1, np.newaxis] + (edges[1:] - edges[:-1])[:, np.newaxis] * position


def mix_tiers(outgoing: np.ndarray, incoming: np.ndarray, weights: np.ndarray) -> np.ndarray:
    """(lanes, hop) of each tier and (hop,) weights -> (lanes, hop)."""
    return outgoing + (incoming - outgoing) * weights
