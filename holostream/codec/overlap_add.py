"""Overlapping chunks back to samples. The same function serves a live hop and a whole file.

    chunk t-1   [=====|=====|==]
    chunk t           [=====|=====|==]
    samples            ready|<- partial: still waiting for chunk t+1

Sums run in the order of time, so a whole file and a stream give the same bits.
"""

from __future__ import annotations

import numpy as np

from holostream.codec.tier import TierFacts


def initial_partial(facts: TierFacts, lanes: int) -> np.ndarray:
    """Nothing has sounded yet, (lanes, synthesis - hop) float32."""
    return np.zeros((lanes, facts.synthesis - facts.hop), np.float32)


def overlap_add(chunks: np.ndarray, partial: np.ndarray, facts: TierFacts) -> tuple[np.ndarray, np.ndarray]:
    """(lanes, frames, synthesis) chunks -> (lanes, frames * hop) finished samples and the next call's `partial`.

    The first sample returned is the first sample of the first chunk.
    """
    lanes, frames, synthesis = chunks.shape
    hop = facts.hop
    if frames == 1:  # the live case, a fifth of the time of the general one
        newest = chunks[:, 0].copy()
        newest[:, : synthesis - hop] += partial
        return newest[:, :hop], newest[:, hop:]
    parts = -(-synthesis // hop)
    # Row r of `total` is what sounds in hop r; chunk t adds its part p to row t + p. Older chunks (larger p) go first.
    total = np.zeros((lanes, frames + parts - 1, hop), np.float32)
    total.reshape(lanes, -1)[:, : partial.shape[1]] = partial
    for part in range(parts - 1, -1, -1):
        width = min(hop, synthesis - part * hop)
        total[:, part : part + frames, :width] += chunks[:, :, part * hop : part * hop + width]
    flat = total.reshape(lanes, -1)
    return flat[:, : frames * hop], flat[:, frames * hop : (frames - 1) * hop + synthesis].copy()
