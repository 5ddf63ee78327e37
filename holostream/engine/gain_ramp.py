"""Gains that glide: commands jump, samples must not, and a slow recall takes its time."""

from __future__ import annotations

import numpy as np

GLIDE_HOPS = 4
"""Hops a change takes: 10.7 ms at 48 kHz and a hop of 128."""


def linear(gain_db: float) -> float:
    """Decibels to a factor."""
    return float(10.0 ** (gain_db / 20.0))


class GainRamp:
    """Linear glide to a target over GLIDE_HOPS hops; exactly the target afterwards."""

    def __init__(self, value: float, hop: int) -> None:
        self.value = self._target = value
        self._slope, self._left = 0.0, 0
        self._unit = (np.arange(1, hop + 1) / hop).astype(np.float32)

    def advance(self, target: float) -> float | np.ndarray:
        """The gain of the next hop: a number while it stands still, (hop,) float32 while it glides."""
        if target != self._target:
            self._target, self._left = target, GLIDE_HOPS
            self._slope = (target - self.value) / GLIDE_HOPS
        if not self._left:
            return self.value
        start, self._left = self.value, self._left - 1
        self.value = start + self._slope if self._left else target
        return np.float32(start) + np.float32(self.value - start) * self._unit

    def apply(self, samples: np.ndarray, target: float) -> np.ndarray:
        """(lanes, hop) times the next hop's gain; the samples themselves at a steady gain of 1."""
        gain = self.advance(target)
        return samples if isinstance(gain, float) and gain == 1.0 else samples * gain


class Glide:
    """A control's value on its way to what is asked for: evenly, in the hops that it has when that changes."""

    def __init__(self, value: float) -> None:
        self.value = self._target = value
        self._left = 0

    def advance(self, target: float, hops: int) -> float:
        """The value of the next hop; with 1 hop that is `target` itself."""
        if target != self._target:
            self._target, self._left = target, hops
        if self._left > 1:
            self.value += (target - self.value) / self._left
            self._left -= 1
        else:
            self.value = target
        return self.value
