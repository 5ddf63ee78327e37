"""Sound to measure with: a tone, and the bundled demo voice."""

from __future__ import annotations

import numpy as np

from holostream.engine.audio_source import DEMO_VOICE
from holostream.format.audio_reader import read_whole

TONE_HZ = 440.0
TONE_PEAK = 0.5
LONGEST_SECONDS = 60.0


def tone(samples: int, rate: int) -> np.ndarray:
    """(1, samples) float32, 440 Hz at half scale."""
    return (TONE_PEAK * np.sin(2 * np.pi * TONE_HZ / rate * np.arange(samples)))[np.newaxis].astype(np.float32)


def voice(rate: int, samples: int | None = None) -> np.ndarray:
    """(1, n) float32 of the demo voice at `rate`: once, or repeated to `samples`."""
    once = read_whole(DEMO_VOICE, rate, 1, LONGEST_SECONDS)
    return once if samples is None else np.resize(once[0], samples)[np.newaxis]
