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
    matrix product y = M (x[-1], x, y[-1]). With R[i, j] = r^(i-j) for j <= i, M is R times the differences of the first
    hop + 1 columns, and r^(i+1) for the last one.
    """

    def __init__(self, lanes: int, hop: int, rate: int, keep_offset: bool = False) -> None:
        """`keep_offset`: what is no microphone's passes as it is, but for bad samples."""
        r = np.exp(-2 * np.pi * CUTOFF_HZ / rate)
        power = np.arange(hop)[:, np.newaxis] - np.arange(hop)
        spread = np.where(power >= 0, r ** np.maximum(power, 0), 0.0)
        differences = np.eye(hop, hop + 1, 1) - np.eye(hop, hop + 1)
        decay = r ** np.arange(1, hop + 1)[:, np.newaxis]
        self._filter = np.ascontiguousarray(np.hstack((spread @ differences, decay)).T, dtype=np.float32)
        self._known = np.zeros((lanes, hop + 2), np.float32)
        self._keep_offset = keep_offset
        self.bad_samples = 0

    def clean(self, samples: np.ndarray) -> np.ndarray:
        """(lanes, hop) float32 of anything -> (lanes, hop) finite, no louder than twice LOUDEST, without offset."""
        energy = np.vdot(samples, samples)
        if not energy < LOUDEST * LOUDEST:  # perhaps; one sum is quicker than a look at every sample
            bad = ~(np.abs(samples) < LOUDEST)
            self.bad_samples += int(bad.sum())
            samples = np.where(bad, np.float32(0), samples)
        if self._keep_offset:
            return samples
        if energy < QUIETEST * QUIETEST:
            samples = np.zeros_like(samples)
        known = self._known
        known[:, 1:-1] = samples
        cleaned = known @ self._filter
        for lane in range(known.shape[0]):
            known[lane, 0] = known[lane, -2]
            last = float(cleaned[lane, -1])
            # In silence the tail decays for ever; below hearing it only costs denormal arithmetic.
            known[lane, -1] = last if abs(last) >= QUIETEST else 0.0
        return cleaned
