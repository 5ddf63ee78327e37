"""How loud a chunk counts: between its own level and what the ear still has of the sound before it.

A gain that follows every chunk spends as many bits on the tail of a sound as on the sound. Hearing does not: what is
weak beside what was just heard is masked (forward masking). So the gain keeps a share of the level of a leaky integrator of
energy that halves every HALF_LIFE chunks, wherever that is above the chunk's own: the tail is quantized more coarsely. The
decoder knows nothing of this; it gets a gain. Measured in docs/findings.md.
"""

from __future__ import annotations

import math

import torch
from torch import Tensor, nn

HALF_LIFE = 32
"""Chunks: 85 ms at 375 a second."""
TAPS = 256
"""The integrator forgets what is older, by then 24 dB down."""


class Masking(nn.Module):
    """(lanes, frames) mean squares of chunks and (lanes, state_size) of those before -> how much louder they count for what
    was heard before, in log2 (infinite or NaN where the mean square is 0, see `Quantizer.gain_codes`), and next state."""

    kernel: Tensor

    def __init__(self, share: float) -> None:
        super().__init__()
        self.share = share
        weights = 2.0 ** (-torch.arange(TAPS - 1, -1, -1, dtype=torch.float64) / HALF_LIFE)
        self.register_buffer("kernel", (weights / weights.sum()).float().reshape(1, 1, TAPS), persistent=False)
        self.state_size = TAPS - 1

    def forward(self, mean_square: Tensor, state: Tensor) -> tuple[Tensor, Tensor]:
        joined = torch.cat((state, mean_square), dim=1)
        heard = torch.nn.functional.conv1d(joined.unsqueeze(1), self.kernel).squeeze(1)
        louder = torch.log((heard / mean_square).clamp(min=1.0)) * (self.share / math.log(2))
        return louder, joined[:, -self.state_size :]
