"""Samples to overlapping chunks. The same function serves a live hop and a whole file.

    previous | samples ...
    [== overlap ==|==== hop ====]            first chunk
                  [== overlap ==|==== hop ====]

`previous` holds the last `overlap` samples (zeros at the start), so the first chunk begins `overlap` samples before
the first sample: the one place where the codec looks back, and all of the latency that a device block of one hop does
not already have.
"""

from __future__ import annotations

import numpy as np

from holostream.codec.tier import TierFacts


def initial_previous(facts: TierFacts, lanes: int) -> np.ndarray:
    """Silence before the first sample, (lanes, overlap) float32."""
    return np.zeros((lanes, facts.overlap), np.float32)


def frame(samples: np.ndarray, previous: np.ndarray, facts: TierFacts) -> tuple[np.ndarray, np.ndarray]:
    """(lanes, n * hop) samples -> (lanes, n, chunk) chunks and the `previous` of the next call.

    Raises ValueError if the number of samples is not a whole number of hops.
    """
    if samples.shape[1] % facts.hop:
        raise ValueError(f"got {samples.shape[1]} samples, expected a multiple of the hop, {facts.hop}")
    joined = np.concatenate((previous, samples), axis=1, dtype=np.float32)
    frames = samples.shape[1] // facts.hop
    if not frames:
        return np.empty((samples.shape[0], 0, facts.chunk), np.float32), previous
    if frames == 1:  # the live case, a third of the time of the general one
        return joined[:, np.newaxis], joined[:, facts.hop :].copy()
    windows = np.lib.stride_tricks.sliding_window_view(joined, facts.chunk, axis=1)[:, :: facts.hop]
    return np.ascontiguousarray(windows), joined[:, frames * facts.hop :].copy()
