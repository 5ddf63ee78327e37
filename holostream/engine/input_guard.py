"""What a microphone may send and a codec should not see: NaN, infinities, denormals, a constant offset."""

from __future__ import annotations

import numpy as np

LOUDEST = 16.0
"""24 dB over full scale: beyond is no sound."""
QUIETEST = 1e-15
CUTOFF_HZ = 5.0


class InputGuard:
    """Cleans one hop at a time.

    The offset is removed by the first-order high-pass y[n] = x[n] - x[n-1] + r y[n-1], written for a whole hop as one
    matrix product: y = R d + r^(1..hop) y[-1] with d the differences and R[i, j] = r^(i-j) for j <= i.
    """

    def __init__(self, lanes: int, hop: int, rate: int) -> None:
        r = np.exp(-2 * np.pi * CUTOFF_HZ / rate)
        power = np.arange(hop)[:, np.newaxis] - np.arange(hop)
        self._spread = np.ascontiguousarray(np.where(power >= 0, r ** np.maximum(power, 0), 0.0).T, dtype=np.float32)
        self._decay = (r ** np.arange(1, hop + 1)).astype(np.float32)
        self._input = np.zeros((lanes, 1), np.float32)
        self._output = np.zeros((lanes, 1), np.float32)
        self._differences = np.zeros((lanes, hop), np.float32)
        self.bad_samples = 0

    def clean(self, samples: np.ndarray) -> np.ndarray:
        """(lanes, hop) float32 of anything -> (lanes, hop) finite, no louder than twice LOUDEST, without offset."""
        peak = np.abs(samples).max()
        if not peak < LOUDEST:
            bad = ~(np.abs(samples) < LOUDEST)
            self.bad_samples += int(bad.sum())
            samples = np.where(bad, np.float32(0), samples)
        elif peak < QUIETEST:
            samples = np.zeros_like(samples)
        np.subtract(samples[:, 1:], samples[:, :-1], out=self._differences[:, 1:])
        np.subtract(samples[:, :1], self._input, out=self._differences[:, :1])
        self._input[:] = samples[:, -1:]
        cleaned = self._differences @ self._spread + self._output * self._decay
        self._output[:] = cleaned[:, -1:]
        # In silence the tail decays for ever; below hearing it only costs denormal arithmetic.
        self._output[np.abs(self._output) < QUIETEST] = 0.0
        return cleaned
