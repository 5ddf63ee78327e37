"""The encoder: chunks to pairs relative to the chunk's gain, see `masking`, then codes.

What is heard beside a strong bass may lie far below it, and is not masked by it. So high bands may count more in the gain
than low ones: a chunk that is mostly bass is quantized finer, a hiss more coarsely.

A linear layer over overlapping chunks, initialised to the atoms, beside a causal residual network over frames that
may be absent. Below hop / 2 harmonics the untrained linear path keeps the lowest band.
"""

from __future__ import annotations

import math

import torch
from torch import Tensor, nn
from torch.nn.functional import linear

from holostream.network.atoms import atoms
from holostream.network.features import pair_features
from holostream.network.masking import Masking
from holostream.network.noise import Noise
from holostream.network.quantizer import SILENCE, Quantizer
from holostream.network.residual_block import ResidualStack
from holostream.network.shape import NetworkShape

EMPHASIS_AROUND, EMPHASIS_UP_TO = 3, 24
"""The place whose weight stays 1, 1 kHz, so that speech counts about as loud as it is, and the one from which on all count
alike, 9 kHz."""


class Encoder(nn.Module):
    """`pairs` is what training looks at; `forward` is the exported graph, which keeps their parts side by side: it need not know
    shapes then."""

    loudness: Tensor
    emphasis: Tensor

    def __init__(self, shape: NetworkShape, quantizer: Quantizer) -> None:
        super().__init__()
        self.shape, self.quantizer = shape, quantizer
        basis = torch.tensor(atoms(shape.hop, shape.chunk, shape.kaiser), dtype=torch.float32)
        self.analysis = nn.Linear(shape.chunk, shape.hop, bias=False)
        self.select = nn.Linear(shape.hop, 2 * shape.base, bias=False)
        with torch.no_grad():
            self.analysis.weight.copy_(basis)
            self.select.weight.copy_(torch.eye(2 * shape.base, shape.hop))
        # Mean square of the window over one hop, about what the coefficients' level will be: with sine slopes in all tiers, which
        # hand levels to each other.
        window = torch.tensor(atoms(shape.hop, shape.chunk), dtype=torch.float32).square().sum(0).sqrt()
        self.register_buffer("loudness", window.square() / window.square().sum())
        place = (1 + torch.arange(shape.hop // 2)).clamp(max=EMPHASIS_UP_TO) / EMPHASIS_AROUND
        self.register_buffer("emphasis", (place**shape.emphasis).repeat_interleave(2) / shape.hop, persistent=False)
        self.masking = Masking(shape.masked)
        self.noise = None
        if shape.noise_from:
            self.noise = Noise(shape.noise_from, shape.tonal, shape.hop, shape.chunk, shape.layers, shape.loudest_word, shape.kaiser)
        self.stack = ResidualStack(shape.width, shape.kernel, shape.encoder_dilations, shape.expansion)
        if self.stack.blocks:
            self.enter = nn.Linear(3 * shape.hop // 2, shape.width)
            self.leave = nn.Linear(shape.width, 2 * shape.base)
            nn.init.zeros_(self.leave.bias)
            nn.init.normal_(self.leave.weight, std=1e-3)

    @property
    def state_size(self) -> int:
        return self.masking.state_size + (self.stack.state_size if self.stack.blocks else 0)

    def initial_state(self, lanes: int) -> Tensor:
        """(lanes, state_size) of silence."""
        return torch.zeros(lanes, self.state_size)

    def pairs(self, chunks: Tensor, state: Tensor) -> tuple[Tensor, Tensor, Tensor]:
        """(lanes, frames, chunk), finite and below 1e19, -> gain codes (lanes, frames), pairs (lanes, frames, base, 2), next state."""
        gains, parts, state = self._parts(chunks, state)
        return gains, parts.unflatten(-1, (2, self.shape.base)).transpose(-1, -2), state

    def _parts(self, chunks: Tensor, state: Tensor) -> tuple[Tensor, Tensor, Tensor]:
        """As `pairs`, but (lanes, frames, 2 * base): the cosine parts of all pairs, then their sine parts."""
        mean_square = (chunks * chunks * self.loudness).sum(-1)
        # What was heard before counts by its energy in all tiers, so that they can hand it to each other.
        louder, next_state = self.masking(mean_square, state[:, : self.masking.state_size])
        counted = mean_square
        if self.shape.emphasis:
            counted = (self.analysis(chunks).square() * self.emphasis).sum(-1).clamp(min=SILENCE)
            if math.isfinite(self.shape.brighter):
                counted = torch.minimum(counted, mean_square * 2.0**self.shape.brighter)
        gains = self.quantizer.gain_codes(torch.log(counted) * (1 / math.log(2)) + louder, mean_square)
        chunks = chunks * self.quantizer.inverse_gains(gains)
        # One matrix: in a graph a product of two costs nothing.
        parts = linear(chunks, self._apart(self.select.weight) @ self.analysis.weight)
        if self.stack.blocks:
            hidden = self.enter(pair_features(self.analysis(chunks).unflatten(-1, (self.shape.hop // 2, 2))))
            hidden, stack_state = self.stack(hidden, state[:, self.masking.state_size :])
            parts = parts + linear(hidden, self._apart(self.leave.weight), self._apart(self.leave.bias))
            next_state = torch.cat((next_state, stack_state), dim=1)
        if self.noise is not None:
            parts = parts + self.noise.tell(chunks, self.quantizer.log_steps.exp())
        return gains, parts, next_state

    def _apart(self, rows: Tensor) -> Tensor:
        """(2 * base, ...) a row for each part of each pair, those of one pair side by side -> the same, cosine parts first; 0 for
        the pair that tells of noise."""
        sounding = (torch.arange(self.shape.base) < self.shape.tonal).to(rows).repeat(2)
        apart = rows.unflatten(0, (self.shape.base, 2)).transpose(0, 1).flatten(0, 1)
        return apart * sounding.reshape(-1, *[1] * (rows.dim() - 1))

    def forward(self, chunks: Tensor, state: Tensor) -> tuple[Tensor, Tensor, Tensor, Tensor]:
        """-> gains (lanes, frames), amplitudes and phases (lanes, frames, harmonics), all uint8, and the next state."""
        gains, parts, state = self._parts(chunks, state)
        amplitudes, phases = self.quantizer.quantize_parts(*parts.chunk(2, -1))
        return gains.to(torch.uint8), amplitudes.to(torch.uint8), phases.to(torch.uint8), state
