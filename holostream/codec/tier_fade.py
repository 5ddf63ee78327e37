"""The equal-gain fade between two tiers, the same curve live, in recordings and in replay.

Two tiers say the same thing in more or fewer harmonics: their outputs are correlated, so the weights add up to one
(an equal-power fade would bulge by 3 dB).
"""

from __future__ import annotations

from functools import cache

import numpy as np

FADE_HOPS = 7
"""With the hop that primes the incoming tier and the one a command may wait for, a switch is over within nine."""


@cache
def fade_weights(hop: int, fade_hops: int) -> np.ndarray:
    """(fade_hops, hop) float32 weights of the incoming tier, a raised cosine from 0 to 1."""
    position = (np.arange(fade_hops * hop) + 0.5) / (fade_hops * hop)
    weights = (0.5 - 0.5 * np.cos(np.pi * position)).astype(np.float32).reshape(fade_hops, hop)
    weights.setflags(write=False)
    return weights


def mix_tiers(outgoing: np.ndarray, incoming: np.ndarray, weights: np.ndarray) -> np.ndarray:
    """(lanes, hop) of each tier and (hop,) weights -> (lanes, hop)."""
    return outgoing + (incoming - outgoing) * weights
