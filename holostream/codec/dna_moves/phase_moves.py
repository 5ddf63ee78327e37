"""Bends of turns, (lanes, base) float32: cross, freeze drift, robot, whisper, phase crush.

How the atoms turn: coefficient j of a sinusoid that has phase f in the middle of a frame is about cos(f - 3/2 pi (j + 1/2)),
so pair k, coefficients 2k and 2k + 1, stands at the angle pi k + 3/4 pi - f. A sinusoid halfway between the two advances by
2k + 1 half turns a hop: its pair turns by half a turn.
"""

from __future__ import annotations

import numpy as np

from holostream.codec.dna_moves.phase_noise import noise, noise_strip

HALF = np.float32(0.5)
PULSE = np.float32(3 / 8)
"""Turn of pair 0 where a cosine has its crest in the middle of a frame; from pair to pair it is half a turn on."""
DRIFT_HZ = (0.1, 0.8)
DRIFT_TURNS = 0.4
"""Height of the slow wave in which a harmonic drifts: some 2 Hz of detuning at most."""


def toward(turns: np.ndarray, target: np.ndarray, amount: float | np.ndarray) -> np.ndarray:
    """This share of the shorter way to `target`; at 1 that itself."""
    if isinstance(amount, float) and amount == 1:
        return target
    away = target - turns
    away -= np.rint(away)
    away *= amount
    away += turns
    return away


def crossed(turns: np.ndarray, second: np.ndarray, sounding: np.ndarray, amount: float) -> np.ndarray:
    """Toward the turns of a second source, where that is `sounding`."""
    result = turns.copy()
    np.copyto(result, toward(turns, second, amount), where=sounding)
    return result


class Drift:
    """How harmonics of a held frame go on turning: evenly by `advance` a hop, and each slowly to and fro."""

    def __init__(self, frames_per_second: float, index: np.ndarray, advance: float) -> None:
        lowest, highest = DRIFT_HZ
        middle, spread = (lowest + highest) / 2, highest - lowest
        self._rate = 2 * np.pi / frames_per_second * (middle + spread * noise(0, index).astype(np.float64))
        self._start = 2 * np.pi * noise(1, index).astype(np.float64)
        self._origin, self._advance = np.sin(self._start), advance

    def evenly(self, held_hops: int) -> float:
        """Turns by which all have advanced since the frame was live, below 1."""
        return self._advance * held_hops % 1.0

    def turns(self, held_hops: int, amount: float) -> np.ndarray:
        """(base,) turns since the frame was live; 0 for no hops."""
        if not amount:
            return np.array([self.evenly(held_hops)], np.float32)
        swing = self._rate * held_hops
        swing += self._start
        np.sin(swing, swing)
        swing -= self._origin
        swing *= amount * DRIFT_TURNS
        swing += self.evenly(held_hops)
        return swing.astype(np.float32)


def robot_turns(hop: int, index: np.ndarray) -> np.ndarray:
    """(base,) turns of one pulse a hop, every other one upside down."""
    return PULSE + HALF * ((index + np.uint32(hop & 1)) & np.uint32(1))


def whispered(turns: np.ndarray, amount: float, hop: int) -> np.ndarray:
    """Up to half a turn either way at random, other ways in every hop, the same ways in all lanes."""
    away = noise_strip(hop, turns.shape[1])[np.newaxis]
    return turns + (away if amount == 1 else away * np.float32(amount))


def phase_crushed(turns: np.ndarray, amount: float) -> np.ndarray:
    """The nearest of fewer equal angles: from 64 to 2."""
    count = np.float32(round(2.0 ** (6 - 5 * amount)))
    crushed = turns * count
    np.rint(crushed, crushed)
    crushed /= count
    return crushed
