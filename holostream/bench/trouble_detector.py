"""Finds what must not be heard in a decoded sound: bursts, level jumps and clicks that the original does not have.

Burst: the level in 10 ms windows rises above the loudest of the original's in the windows around it. Windows around
are 10 ms to each side: a chunk and the ring of a vocoder reach no further.

Jump: a change of level from one 20 ms window to the next that the original does not make. What lies below -60 dBFS
counts as -60: a band that a tier leaves out does not jump.

Click: energy above 16 kHz that stands out of its own surroundings (its median over 100 ms) for a moment, by more than
the original's does within 5 ms, and is more than the original has there. Unlike `click_detector`, which compares a passage with itself, it must not mind the
steady noise of a quantizer. What is 50 dB below the sound at that moment, or below -80 dBFS, counts as that.

Pitch, of a steady noise alone: how much it repeats after 1 to 20 ms, its autocorrelation there relative to its energy. A codec
that decodes the same codes to the same noise buzzes with the rate of its frames.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from holostream.bench.click_detector import FRAME, FRAME_STEP, high_db

BURST_SECONDS, JUMP_SECONDS = 0.010, 0.020
FLOOR_DB = -60.0
CLICK_FLOOR_DB, MASKED_DB = -80.0, -50.0
SURROUNDINGS_FRAMES, NEAR_FRAMES = 75, 4
"""In steps of the click detector's frames: 100 ms, and 5 ms."""


PITCH_SECONDS = 0.001, 0.020


@dataclass(frozen=True)
class Trouble:
    """How far a decoded sound goes beyond its original at worst, dB each; negative: it stays within."""

    burst_db: float
    jump_db: float
    click_db: float


def find_trouble(original: np.ndarray, decoded: np.ndarray, rate: int) -> Trouble:
    """Compare two aligned (n,) sounds of at least 0.2 s."""
    return Trouble(
        _burst_db(original, decoded, rate), _jump_db(original, decoded, rate), _click_db(original, decoded, rate)
    )


def pitch_strength(noise: np.ndarray, rate: int) -> float:
    """(n,) samples of a steady noise -> 0 for none, 1 if it repeats exactly; 0 for silence."""
    spectrum = np.fft.rfft(noise.astype(np.float64), 2 * len(noise))
    alike = np.fft.irfft(np.abs(spectrum) ** 2)
    first, last = (round(seconds * rate) for seconds in PITCH_SECONDS)
    return float(alike[first : last + 1].max() / alike[0]) if alike[0] > 0 else 0.0


def level_db(sound: np.ndarray, width: int, step: int) -> np.ndarray:
    """(n,) -> (windows,) RMS in dBFS, FLOOR_DB at least."""
    total = np.concatenate(([0.0], np.cumsum(sound.astype(np.float64) ** 2)))
    begins = np.arange(0, len(sound) - width + 1, step)
    power = np.maximum(0, total[begins + width] - total[begins]) / width
    return 10 * np.log10(np.maximum(power, 10 ** (FLOOR_DB / 10)))


def _burst_db(original: np.ndarray, decoded: np.ndarray, rate: int) -> float:
    width = round(BURST_SECONDS * rate)
    step = width // 4
    allowed = _largest_around(level_db(original, width, step), width // step)
    return float((level_db(decoded, width, step) - allowed).max())


def _jump_db(original: np.ndarray, decoded: np.ndarray, rate: int) -> float:
    """The largest change of level beyond what the original does between the same windows or their neighbors."""
    width = round(JUMP_SECONDS * rate)
    ours, theirs = (np.abs(np.diff(level_db(sound, width, width))) for sound in (decoded, original))
    return float((ours - _largest_around(theirs, 1)).max())


def _click_db(original: np.ndarray, decoded: np.ndarray, rate: int) -> float:
    masked = np.maximum(level_db(original, FRAME, FRAME_STEP) + MASKED_DB, CLICK_FLOOR_DB)
    ours, theirs = (np.maximum(high_db(sound, rate), masked) for sound in (decoded, original))
    stands_out = _prominence(ours) - _largest_around(np.maximum(0, _prominence(theirs)), NEAR_FRAMES)
    # Where the original is as loud up there, what stands out is a hole beside it, which nobody hears as a click.
    beyond = ours - _largest_around(theirs, NEAR_FRAMES)
    return float(np.minimum(stands_out, beyond).max())


def _prominence(level: np.ndarray) -> np.ndarray:
    """How far each frame stands out of the median around it."""
    half = SURROUNDINGS_FRAMES // 2
    around = np.lib.stride_tricks.sliding_window_view(np.pad(level, half, mode="reflect"), 2 * half + 1)
    return level - np.median(around, axis=1)


def _largest_around(values: np.ndarray, reach: int) -> np.ndarray:
    padded = np.pad(values, reach, mode="edge")
    return np.lib.stride_tricks.sliding_window_view(padded, 2 * reach + 1).max(axis=1)
