"""Where sound jumps without a click: what would have followed falls away while what does follow rises.

Used where a loop turns, where a recording is left for another place of it, paused, or runs dry.
"""

from __future__ import annotations

import numpy as np

SEAM_SAMPLES = 256
"""5.3 ms at 48 kHz."""

RISE = (0.5 - 0.5 * np.cos(np.pi * (np.arange(SEAM_SAMPLES) + 0.5) / SEAM_SAMPLES)).astype(np.float32)
FALL = RISE[::-1].copy()
"""RISE and FALL add up to one, so that a jump to the same sound is not heard at all."""


class Seam:
    """The state of a jump, for (lanes, n) blocks of any length."""

    def __init__(self, lanes: int) -> None:
        self._leaving = np.zeros((lanes, SEAM_SAMPLES), np.float32)
        self._fallen = self._risen = SEAM_SAMPLES

    def leave(self, followed: np.ndarray) -> None:
        """What would have come next, (lanes, n); of fewer than SEAM_SAMPLES the last one is held."""
        count = min(followed.shape[1], SEAM_SAMPLES)
        if not count:
            return
        self._leaving[:, :count] = followed[:, :count]
        self._leaving[:, count:] = followed[:, count - 1 : count]
        self._leaving *= FALL
        self._fallen = 0

    def enter(self) -> None:
        """What comes next rises."""
        self._risen = 0

    def rise(self, samples: np.ndarray) -> None:
        """Scale the sound that has been entered, in place."""
        count = min(SEAM_SAMPLES - self._risen, samples.shape[1])
        if count:
            samples[:, :count] *= RISE[self._risen : self._risen + count]
            self._risen += count

    def fall(self, samples: np.ndarray) -> None:
        """Add the rest of the sound that has been left, in place."""
        count = min(SEAM_SAMPLES - self._fallen, samples.shape[1])
        if count:
            samples[:, :count] += self._leaving[:, self._fallen : self._fallen + count]
            self._fallen += count
