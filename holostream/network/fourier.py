"""The harmonic head's inverse Fourier transform, in two steps (Cooley and Tukey 1965).

As one matrix it would be the largest of a tier, a third of all that a hop reads. With size = rows * columns, sample
columns * a + b and harmonic 1 + k1 + rows * k2, what turns a harmonic to a sample comes apart into a turn by (k1, k2, b),
which the first step sums over k2, and one by (k1, a), which the second sums over k1.

Real and imaginary parts are exp(m) sin(p + pi / 2) and exp(m) sin(p): given each harmonic twice, the same operators make both.
"""

from __future__ import annotations

import numpy as np
import torch
from torch import Tensor, nn

from holostream.network.shape import NetworkShape

SOFTEST, LOUDEST = -12.0, 4.0
"""Log-amplitudes are kept between these."""


def rise_and_fall(shape: NetworkShape) -> np.ndarray:
    """(synthesis,) float64 window: rises as the encoder's and falls over the rest of the chunk's overlap with its successors."""
    overlap, fall = shape.chunk - shape.hop, shape.synthesis - shape.hop
    window = np.ones(shape.synthesis)
    window[:overlap] = np.sin(np.pi / 2 * (np.arange(overlap) + 0.5) / overlap)
    window[shape.hop :] *= np.cos(np.pi / 2 * (np.arange(fall) + 0.5) / fall)
    return window


def rows_of(size: int) -> int:
    """The largest number of rows up to the root of the size that leaves an even number of columns: so both steps are small."""
    return max(rows for rows in range(1, int(size**0.5) + 1) if size % (2 * rows) == 0)


class HarmonicSum(nn.Module):
    """Log-amplitudes, then phases of Fourier harmonics 1 .. size / 2, each twice, as `twice` takes them and `turn` turns them,
    (lanes, frames, 2 * size), -> `size` windowed samples."""

    twice: Tensor
    """(2 * size,) places in a row of all log-amplitudes, then all phases, by rising harmonic."""
    turn: Tensor
    """(2 * size,) to add to what is there: a quarter turn to phases of real parts."""
    first: Tensor
    """(rows, columns, 2 * columns): for each k1 the real, then the imaginary parts by k2 to both by b."""
    second: Tensor
    """(rows, 2 * rows): for each a what it takes of the real and the imaginary part of each k1."""
    window: Tensor

    def __init__(self, shape: NetworkShape) -> None:
        super().__init__()
        size = shape.synthesis
        self.rows = rows_of(size)
        self.columns = size // self.rows
        k1, k2 = np.arange(self.rows)[:, np.newaxis], np.arange(self.columns // 2)
        a, b = np.arange(self.rows)[:, np.newaxis], np.arange(self.columns)
        harmonics = np.tile(k1 + self.rows * k2, 2).ravel()
        turn = np.zeros((2 * self.rows, self.columns))
        turn[self.rows :, : self.columns // 2] = np.pi / 2
        within = (1 + k1[:, np.newaxis]) * b / size + k2[:, np.newaxis] * b / self.columns
        across = 2 * np.pi * a * (1 + k1.T) / self.rows
        constants = {
            "first": _turning(within) / np.sqrt(size),
            "second": np.stack((np.cos(across), -np.sin(across)), axis=-1).reshape(self.rows, -1),
            "window": rise_and_fall(shape),
            "turn": turn.ravel(),
        }
        for name, values in constants.items():
            self.register_buffer(name, torch.tensor(values, dtype=torch.float32), persistent=False)
        twice = torch.tensor(np.concatenate((harmonics, harmonics + size // 2)))
        self.register_buffer("twice", twice, persistent=False)

    def forward(self, head: Tensor) -> Tensor:
        amplitude, phase = head.unflatten(-1, (2 * self.rows, 1, self.columns)).split(self.rows, 2)
        spectrum = amplitude.clamp(SOFTEST, LOUDEST).exp() * phase.sin()
        if torch.compiler.is_exporting():
            within = spectrum @ self.first
        else:  # as a product of many matrices torch would copy `first` for every frame
            within = torch.einsum("lfrok,rkb->lfrob", spectrum, self.first)
        across = self.second @ within.reshape(*within.shape[:2], 2 * self.rows, self.columns)
        return across.flatten(-2) * self.window


def _turning(turns: np.ndarray) -> np.ndarray:
    """(n, in, out) turns -> (n, 2 in, 2 out) matrices that multiply by exp(2 pi i turns), real parts first."""
    cosine, sine = np.cos(2 * np.pi * turns), np.sin(2 * np.pi * turns)
    return np.concatenate((np.concatenate((cosine, sine), 2), np.concatenate((-sine, cosine), 2)), 1)
