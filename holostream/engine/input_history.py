"""The newest input of a path, contiguous in memory, so that a chunk or a tier's priming is a view into it."""

from __future__ import annotations

import numpy as np

SPARE_HOPS = 64
"""Room to append before what is kept moves back to the start of the buffer."""


class InputHistory:
    """The last `keep` samples of every lane, zeros at first; one hop is appended at a time."""

    def __init__(self, lanes: int, keep: int, hop: int) -> None:
        self._keep, self._hop = keep, hop
        self._samples = np.zeros((lanes, keep + SPARE_HOPS * hop), np.float32)
        self._end = keep

    def append(self, samples: np.ndarray) -> None:
        """(lanes, hop)."""
        start, end = self._end, self._end + self._hop
        if end > self._samples.shape[1]:
            kept = self._keep - self._hop
            self._samples[:, :kept] = self._samples[:, start - kept : start]
            start, end = kept, self._keep
        self._samples[:, start:end] = samples
        self._end = end

    def last(self, count: int) -> np.ndarray:
        """(lanes, count): a view, good until the next `append`. Raises ValueError for more than is kept."""
        if count > self._keep:
            raise ValueError(f"{count} samples asked for, {self._keep} are kept")
        return self._samples[:, self._end - count : self._end]
