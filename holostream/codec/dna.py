"""Harmonic DNA: what a stretch of sound is made of, as small integers.

Per lane (audio channel) and frame one gain code, and per harmonic an amplitude code and a phase code. What they stand
for is the quantizer's business, which lives inside a tier's graphs; nobody else turns codes into sound.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np


@dataclass(frozen=True)
class Dna:
    """Codes of `frames` consecutive frames. `gains` is (lanes, frames), the others (lanes, frames, harmonics); all uint8."""

    gains: np.ndarray
    amplitudes: np.ndarray
    phases: np.ndarray

    def __post_init__(self) -> None:
        lanes_frames = self.gains.shape
        shapes_fit = self.amplitudes.shape == self.phases.shape and self.amplitudes.shape[:2] == lanes_frames
        if len(lanes_frames) != 2 or self.amplitudes.ndim != 3 or not shapes_fit:
            raise ValueError(
                f"gains {self.gains.shape}, amplitudes {self.amplitudes.shape} and phases {self.phases.shape} "
                "do not fit: expected (lanes, frames) and twice (lanes, frames, harmonics)"
            )
        if {self.gains.dtype, self.amplitudes.dtype, self.phases.dtype} != {np.dtype(np.uint8)}:
            raise ValueError("DNA codes are uint8")

    @property
    def lanes(self) -> int:
        return self.gains.shape[0]

    @property
    def frames(self) -> int:
        return self.gains.shape[1]

    @property
    def harmonics(self) -> int:
        return self.amplitudes.shape[2]

    def part(self, start: int, stop: int) -> Dna:
        """Frames start..stop (a view)."""
        return Dna(self.gains[:, start:stop], self.amplitudes[:, start:stop], self.phases[:, start:stop])

    def row(self, frame: int) -> np.ndarray:
        """One frame's codes in a row of bytes, the inverse of `one_frame`."""
        return np.concatenate((self.gains[:, frame], self.amplitudes[:, frame], self.phases[:, frame]), axis=None)

    def equals(self, other: Dna) -> bool:
        """Same codes in the same shape."""
        return (
            np.array_equal(self.gains, other.gains)
            and np.array_equal(self.amplitudes, other.amplitudes)
            and np.array_equal(self.phases, other.phases)
        )


def join(parts: list[Dna]) -> Dna:
    """Consecutive stretches of the same tier and lanes as one. Raises ValueError for an empty list."""
    if not parts:
        raise ValueError("nothing to join")
    return Dna(
        np.concatenate([part.gains for part in parts], axis=1),
        np.concatenate([part.amplitudes for part in parts], axis=1),
        np.concatenate([part.phases for part in parts], axis=1),
    )


def codes_in(row: np.ndarray, lanes: int) -> tuple[np.ndarray, np.ndarray, np.ndarray]:
    """Views of one frame's codes in a row of bytes: gains (lanes,), amplitudes and phases (lanes, harmonics)."""
    amplitudes, phases = row[lanes:].reshape(2, lanes, -1)
    return row[:lanes], amplitudes, phases


def one_frame(row: np.ndarray, lanes: int) -> Dna:
    """A row of codes as DNA of one frame (views)."""
    return Dna(*(code[:, np.newaxis] for code in codes_in(row, lanes)))


def silence(lanes: int, frames: int, harmonics: int) -> Dna:
    """Frames that sound like nothing."""
    return Dna(
        np.zeros((lanes, frames), np.uint8),
        np.zeros((lanes, frames, harmonics), np.uint8),
        np.zeros((lanes, frames, harmonics), np.uint8),
    )
