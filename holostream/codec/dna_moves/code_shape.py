"""What bends work on: a size and a turn for each harmonic, opened from codes and closed to codes again.

A size is an amplitude code before rounding: radius = size^(4/3), see `network.quantizer`. A turn is an angle, 1 all the
way round, of any number of whole turns. What was opened and left alone closes to the very codes it was.
"""

from __future__ import annotations

import numpy as np

from holostream.codec.tier import TierFacts

MAX_AMPLITUDE, MAX_PHASES, MAX_GAIN = 255, 64, 63
PHASE_COUNT = np.clip(np.rint(4.71 * np.arange(MAX_AMPLITUDE + 1)), 1, MAX_PHASES).astype(np.float32)
"""P(n): how many phases an amplitude code has."""
RADIUS_POWER = 4 / 3
COMMON = 15.0
"""Amplitude codes up to here are cheap in a file."""
GAIN_STEP = 2 ** (0.5 / RADIUS_POWER)
"""A gain code is 3 dB, which is so much in size."""


class PolarCodes:
    """The quantizer's codes."""

    def opened(self, amplitudes: np.ndarray, phases: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
        """Codes -> sizes, turns: float32 of the same shape."""
        return amplitudes.astype(np.float32), phases / PHASE_COUNT.take(amplitudes)

    def closed(self, sizes: np.ndarray, turns: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
        """The nearest legal codes."""
        amplitudes = np.minimum(np.rint(sizes), MAX_AMPLITUDE).astype(np.uint8)
        counts = PHASE_COUNT.take(amplitudes)
        return amplitudes, np.mod(np.rint(turns * counts), counts).astype(np.uint8)

    def leveled(self, gains: np.ndarray, sizes: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
        """The same sound with the largest size of each lane just below COMMON, by (lanes,) gain codes: neither are large
        sizes clipped nor small ones rounded away. Silence stays silence."""
        loud, largest = gains.astype(np.float64), sizes.max(axis=1)
        sounding = (gains > 0) & (largest > 0)
        finer = np.floor(np.log(COMMON / np.where(sounding, largest, COMMON)) / np.log(GAIN_STEP))
        finer = np.where(sounding, np.clip(finer, loud - MAX_GAIN, loud - 1), 0)
        return (loud - finer).astype(np.uint8), sizes * (GAIN_STEP**finer).astype(np.float32)[:, np.newaxis]


class ByteCodes:
    """HOLO-Audio's codes: real and imaginary part of a harmonic, `zero` standing for 0."""

    def __init__(self, zero: int) -> None:
        self.zero = np.float32(zero)

    def opened(self, amplitudes: np.ndarray, phases: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
        """Codes -> sizes, turns: float32 of the same shape."""
        real, imaginary = amplitudes - self.zero, phases - self.zero
        return np.hypot(real, imaginary) ** (1 / RADIUS_POWER), np.arctan2(imaginary, real) / (2 * np.pi)

    def closed(self, sizes: np.ndarray, turns: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
        """The nearest codes, cut off at the range of a byte."""
        radius, angle = sizes**RADIUS_POWER, turns * (2 * np.pi)
        return self._byte(radius * np.cos(angle)), self._byte(radius * np.sin(angle))

    def _byte(self, part: np.ndarray) -> np.ndarray:
        return np.clip(np.rint(part + self.zero), 0, 255).astype(np.uint8)

    def leveled(self, gains: np.ndarray, sizes: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
        """Both as they are: these gains are only on or off."""
        return gains, sizes


def code_shape(facts: TierFacts) -> PolarCodes | ByteCodes:
    """Of a tier's codes."""
    return ByteCodes(facts.zero_code) if facts.codes == "bytes" else PolarCodes()


def base_harmonics(facts: TierFacts) -> int:
    """Harmonics that stand for themselves; further ones refine these, layer by layer."""
    return facts.harmonics if facts.codes == "bytes" else min(facts.harmonics, facts.hop // 2)
