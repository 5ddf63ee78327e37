"""The last guard of ears and speakers: a peak limiter, bit-exact with doing nothing while nothing is too loud."""

from __future__ import annotations

import numpy as np

CEILING = 0.97
ATTACK_SAMPLES = 32
RELEASE_PER_HOP = 1.02


class Limiter:
    """One gain for all lanes. A hop is at hand as a whole, so the gain falls before most of the peak and needs no delay."""

    def __init__(self, hop: int) -> None:
        self.gain = 1.0
        self._fall = np.ones(hop, np.float32)
        attack = min(ATTACK_SAMPLES, hop)
        self._fall[:attack] = np.arange(1, attack + 1) / attack
        self._rise = (np.arange(1, hop + 1) / hop).astype(np.float32)

    def limit(self, samples: np.ndarray, peak: float) -> np.ndarray:
        """(lanes, hop) with largest magnitude `peak` -> (lanes, hop) within [-1, 1]."""
        needed = CEILING / peak if peak > CEILING else 1.0
        if needed >= 1.0 and self.gain == 1.0:
            return samples
        before = self.gain
        self.gain = needed if needed < before else min(needed, before * RELEASE_PER_HOP)
        curve = self._fall if self.gain < before else self._rise
        gains = np.float32(before) + np.float32(self.gain - before) * curve
        return np.clip(samples * gains, -1.0, 1.0)
