"""A queue of samples with a fixed size: blocks of any length in, blocks of any other length out.

It also remembers what it gave last, so that it can lengthen its delay without a click: see `take`.
"""

from __future__ import annotations

import numpy as np

GROWTH_FADE = 64


class SampleRing:
    """(lanes, capacity) float32; one thread writes, one reads, and may be the same. `prefill` zeros stand in it at first: they
    add to the latency."""

    def __init__(self, lanes: int, capacity: int, prefill: int = 0) -> None:
        self._samples = np.zeros((lanes, capacity), np.float32)
        self._capacity = capacity
        self._read, self._written = 0, prefill
        self.dropped = 0
        """Samples that found no room."""

    @property
    def fill(self) -> int:
        """Samples waiting."""
        return self._written - self._read

    def write(self, samples: np.ndarray) -> None:
        """Append (lanes, n). What does not fit is dropped and counted."""
        room = self._capacity - self.fill
        if samples.shape[1] > room:
            self.dropped += samples.shape[1] - room
            samples = samples[:, :room]
        count, first = samples.shape[1], self._written % self._capacity
        split = self._capacity - first
        if count <= split:
            self._samples[:, first : first + count] = samples
        else:
            self._samples[:, first:] = samples[:, :split]
            self._samples[:, : count - split] = samples[:, split:]
        self._written += count

    def _copy(self, start: int, out: np.ndarray) -> None:
        count, first = out.shape[1], start % self._capacity
        split = self._capacity - first
        if count <= split:
            out[:] = self._samples[:, first : first + count]
        else:
            out[:, :split] = self._samples[:, first:]
            out[:, split:] = self._samples[:, : count - split]

    def read(self, out: np.ndarray) -> None:
        """Fill (lanes, n) with the oldest n samples. Raises ValueError if there are fewer."""
        if out.shape[1] > self.fill:
            raise ValueError(f"{out.shape[1]} samples asked for, {self.fill} there")
        self._copy(self._read, out)
        self._read += out.shape[1]

    def take(self, out: np.ndarray, at_least: int = 0) -> int:
        """As `read`, but a shortage lengthens the delay, by `at_least` samples if more are known to be needed soon;
        returns by how many samples (0: there were enough).

        The missing m samples are won by stepping m back into what was given before, fading from here to there:

            given before ....|waiting|          old place
                       ....|.......|waiting|    new place, m later
        """
        shortage = out.shape[1] - self.fill
        if shortage <= 0:
            self._copy(self._read, out)
            self._read += out.shape[1]
            return 0
        if out.shape[1] + shortage > self._capacity:
            raise ValueError(f"a block of {out.shape[1]} samples is more than the ring of {self._capacity} can hold")
        shortage = max(shortage, at_least)
        fade = min(self.fill, GROWTH_FADE)
        waiting = np.empty((out.shape[0], fade), np.float32)
        self._copy(self._read, waiting)
        self._read -= shortage
        self._copy(self._read, out)
        if fade:
            weights = (np.arange(fade, dtype=np.float32) + 1) / (fade + 1)
            out[:, :fade] = waiting + (out[:, :fade] - waiting) * weights
        self._read += out.shape[1]
        return shortage
