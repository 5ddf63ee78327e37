"""Finds clicks: a passage is compared with the same passage as it should be, by two measures of abruptness.

Largest step: the largest difference between neighboring samples. High energy: that above 16 kHz, where speech and
tones have little and every jump, in the signal or in its slope, has much. Both are taken in short frames, so that a
loud moment nearby hides nothing. A passage clicks if in any frame either measure exceeds the largest of its references
in that frame and its two neighbors by a margin:

    step   > 1.15 * reference + 0.002      a fade adds at most |b - a| * pi / (2 * 1024) per sample, below 0.002
    energy > reference + 3 dB, and above -80 dB of full scale (inaudible below, whatever it is)
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

STEP_FACTOR, STEP_FLOOR = 1.15, 0.002
ENERGY_MARGIN_DB, ENERGY_FLOOR_DB = 3.0, -80.0
HIGH_HZ = 16000.0
FRAME, FRAME_STEP = 256, 64
"""5.3 ms at 48 kHz: a window whose side lobes beyond 16 kHz lie far below a click; every click is near a middle."""


@dataclass(frozen=True)
class ClickFinding:
    """How far a passage exceeds its references at worst: `step_excess` as a factor, `high_excess_db`; the verdict."""

    clicks: bool
    step_excess: float
    high_excess_db: float


def steps(passage: np.ndarray) -> np.ndarray:
    """(n,) samples -> (frames,) largest step in each, in full scale."""
    return np.lib.stride_tricks.sliding_window_view(np.abs(np.diff(passage)), FRAME - 1)[::FRAME_STEP].max(axis=1)


def high_db(passage: np.ndarray, rate: int) -> np.ndarray:
    """(n,) samples -> (frames,) energy above 16 kHz, in dB of full scale, -80 at least."""
    window = np.blackman(FRAME)
    spectrum = np.fft.rfft(np.lib.stride_tricks.sliding_window_view(passage, FRAME)[::FRAME_STEP] * window, axis=1)
    high = np.fft.rfftfreq(FRAME, 1 / rate) >= HIGH_HZ
    energy = 2 * (np.abs(spectrum[:, high]) ** 2).sum(axis=1) / (FRAME * (window**2).sum())
    return 10 * np.log10(np.maximum(energy, 10 ** (ENERGY_FLOOR_DB / 10)))


def find_click(passage: np.ndarray, references: list[np.ndarray], rate: int) -> ClickFinding:
    """Whether (n,) samples click where none of the `references`, the same passage by other means, does. n >= FRAME."""
    step = _with_neighbors(np.max([steps(reference) for reference in references], axis=0))
    high = _with_neighbors(np.max([high_db(reference, rate) for reference in references], axis=0))
    found_step, found_high = steps(passage), high_db(passage, rate)
    clicks = np.any(found_step > STEP_FACTOR * step + STEP_FLOOR) or np.any(found_high > high + ENERGY_MARGIN_DB)
    step_excess = np.maximum(found_step, STEP_FLOOR) / np.maximum(step, STEP_FLOOR)
    return ClickFinding(bool(clicks), float(step_excess.max()), float((found_high - high).max()))


def _with_neighbors(values: np.ndarray) -> np.ndarray:
    """The largest of each frame and the ones beside it."""
    padded = np.pad(values, 1, mode="edge")
    return np.lib.stride_tricks.sliding_window_view(padded, 3).max(axis=1)
