"""What bends work on: a size and a turn for each harmonic, opened from codes and closed to codes again.

A size is an amplitude code before rounding, radius = size^(4/3) (see `polar_code`), on one scale for all harmonics:
with `harmonic_levels` equal sizes are equally loud. A turn is an angle, 1 all the way round, of any number of whole turns.
What was opened and left alone closes to the very codes it was.
"""

from __future__ import annotations

import math
from collections.abc import Callable

import numpy as np

from holostream.codec.polar_code import MAX_AMPLITUDE, MAX_GAIN, PHASES, RADIUS_POWER
from holostream.codec.tier import TierFacts

PHASE_COUNT = PHASES.astype(np.float32)
COMMON = 15.0
"""Amplitude codes up to here are cheap in a file."""
Turned = Callable[[np.ndarray], np.ndarray]
"""(lanes, base) turns -> others, which may be the same for all lanes."""
GAIN_STEP = 2 ** (0.5 / RADIUS_POWER)
"""A gain code is 3 dB, which is so much in size."""


class PolarCodes:
    """The quantizer's codes. `levels`: (base,) radii of amplitude code 1; `linear`: larger codes at a lower gain sound the
    same, which they do not in a vocoder with a network, or where noise is told relative to the gain."""

    zero = 0

    def __init__(self, levels: np.ndarray, linear: bool = True) -> None:
        self._linear, self._places = linear, 0
        unit = levels.astype(np.float64) ** (1 / RADIUS_POWER)
        # With an axis for the lanes, see `amplitude_moves`.
        self._unit, self._per_unit = unit.astype(np.float32)[np.newaxis], (1 / unit).astype(np.float32)[np.newaxis]
        self._moved_unit = self._unit

    def opened(self, amplitudes: np.ndarray, phases: np.ndarray, places: int = 0) -> tuple[np.ndarray, np.ndarray]:
        """(lanes, base) codes, which were moved up by so many places -> sizes, turns: float32 of the same shape."""
        if places != self._places:
            self._places, self._moved_unit = places, np.roll(self._unit, places, axis=1)
        return amplitudes * self._moved_unit, phases / PHASE_COUNT.take(amplitudes)

    def sizes(self, amplitudes: np.ndarray, phases: np.ndarray) -> np.ndarray:
        """Those alone."""
        return amplitudes * self._unit

    def turns(self, amplitudes: np.ndarray, phases: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
        """Those alone, and which of them sound."""
        return phases / PHASE_COUNT.take(amplitudes), amplitudes > 0

    def close(self, sizes: np.ndarray, turns: np.ndarray, amplitudes: np.ndarray, phases: np.ndarray) -> None:
        """Write the nearest legal codes, uint8."""
        self._close_units(sizes * self._per_unit, turns, amplitudes, phases)

    def close_leveled(
        self,
        gains: np.ndarray,
        sizes: np.ndarray,
        factors: list[float],
        turns: np.ndarray,
        amplitudes: np.ndarray,
        phases: np.ndarray,
    ) -> None:
        """As `close`, with each lane's sizes times its factor, and the same sound with the largest amplitude code near
        COMMON, by other `gains`, (lanes,) uint8: neither are large sizes clipped nor small ones rounded away."""
        units = sizes * self._per_unit
        for lane, (unit, factor) in enumerate(zip(units, factors, strict=True)):
            if self._linear:
                gain = int(gains[lane])
                finer = _finer_steps(gain, unit.item(unit.argmax()) * factor)
                gains[lane], factor = gain - finer, factor * GAIN_STEP**finer
            unit *= factor
        self._close_units(units, turns, amplitudes, phases)

    def _close_units(self, units: np.ndarray, turns: np.ndarray, amplitudes: np.ndarray, phases: np.ndarray) -> None:
        np.rint(units, units)
        if units.item(units.argmax()) > MAX_AMPLITUDE:
            np.minimum(units, np.float32(MAX_AMPLITUDE), out=units)
        amplitudes[:] = units
        _close_turns(turns, PHASE_COUNT.take(amplitudes), phases)

    def turn(self, amplitudes: np.ndarray, phases: np.ndarray, turned: Turned) -> None:
        """Change turns alone."""
        counts = PHASE_COUNT.take(amplitudes)
        _close_turns(turned(phases / counts), counts, phases)

    def keep(self, codes: np.ndarray, kept: np.ndarray) -> None:
        """Silence the harmonics of (2, ...) amplitudes and phases where `kept`, uint8, is 0 and not 1."""
        codes *= kept


def _close_turns(turns: np.ndarray, counts: np.ndarray, phases: np.ndarray) -> None:
    nearest = turns * counts
    np.rint(nearest, nearest)
    np.remainder(nearest, counts, nearest)
    phases[:] = nearest


def _finer_steps(gain: int, largest: float) -> int:
    """By how much a gain code can be lowered, or must be raised if negative, for the largest size to be just below COMMON."""
    if not gain or not largest:
        return 0
    return min(max(math.floor(math.log(COMMON / largest, GAIN_STEP)), gain - MAX_GAIN), gain - 1)


class ByteCodes:
    """HOLO-Audio's codes: real and imaginary part of a harmonic, `zero` standing for 0."""

    def __init__(self, zero: int) -> None:
        self.zero = zero

    def opened(self, amplitudes: np.ndarray, phases: np.ndarray, places: int = 0) -> tuple[np.ndarray, np.ndarray]:
        """(lanes, base) codes -> sizes, turns: float32 of the same shape."""
        zero = np.float32(self.zero)
        return self.sizes(amplitudes, phases), np.arctan2(phases - zero, amplitudes - zero) / (2 * np.pi)

    def sizes(self, amplitudes: np.ndarray, phases: np.ndarray) -> np.ndarray:
        """Those alone."""
        zero = np.float32(self.zero)
        return np.hypot(amplitudes - zero, phases - zero) ** (1 / RADIUS_POWER)

    def turns(self, amplitudes: np.ndarray, phases: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
        """Those alone, and which of them sound."""
        sizes, turns = self.opened(amplitudes, phases)
        return turns, sizes > 0

    def close(self, sizes: np.ndarray, turns: np.ndarray, amplitudes: np.ndarray, phases: np.ndarray) -> None:
        """Write the nearest codes, cut off at the range of a byte."""
        radius, angle = sizes**RADIUS_POWER, turns * (2 * np.pi)
        amplitudes[:], phases[:] = self._byte(radius * np.cos(angle)), self._byte(radius * np.sin(angle))

    def turn(self, amplitudes: np.ndarray, phases: np.ndarray, turned: Turned) -> None:
        """Change turns alone."""
        sizes, turns = self.opened(amplitudes, phases)
        self.close(sizes, turned(turns), amplitudes, phases)

    def keep(self, codes: np.ndarray, kept: np.ndarray) -> None:
        """Silence the harmonics of (2, ...) codes where `kept`, uint8, is 0 and not 1."""
        zero = np.uint8(self.zero)
        codes -= zero
        codes *= kept
        codes += zero

    def _byte(self, part: np.ndarray) -> np.ndarray:
        return np.clip(np.rint(part + self.zero), 0, 255).astype(np.uint8)

    def close_leveled(
        self,
        gains: np.ndarray,
        sizes: np.ndarray,
        factors: list[float],
        turns: np.ndarray,
        amplitudes: np.ndarray,
        phases: np.ndarray,
    ) -> None:
        """As `close`, with each lane's sizes times its factor: these gains are only on or off."""
        self.close(sizes * np.array(factors, np.float32)[:, np.newaxis], turns, amplitudes, phases)


def code_shape(facts: TierFacts, levels: np.ndarray | None = None) -> PolarCodes | ByteCodes:
    """Of a tier's codes. Raises ValueError if there is not a positive level for each harmonic."""
    base = base_harmonics(facts)
    if levels is None:
        levels = np.ones(base, np.float32)
    if levels.shape != (base,) or not (np.isfinite(levels) & (levels > 0)).all():
        raise ValueError(f"levels are of shape {levels.shape}; expected {base} positive numbers, see harmonic_levels")
    if facts.codes == "bytes":
        return ByteCodes(facts.zero_code)
    # A network has memory, which is its state; a vocoder without keeps a single number. Noise is told relative to the gain.
    return PolarCodes(levels, linear=facts.vocoder_state == 1 and not facts.noise_pair)


def base_harmonics(facts: TierFacts) -> int:
    """Harmonics that stand for themselves; further ones refine these, layer by layer, or tell of noise."""
    return facts.harmonics if facts.codes == "bytes" else min(facts.harmonics, facts.hop // 2) - facts.noise_pair
