"""The vocoder: codes to overlapping chunks of sound.

A linear layer initialised to the atoms, beside a causal sine-activated residual network whose harmonic head gives a
log-amplitude and a phase for every Fourier harmonic of the chunk: exp(m) (cos p, sin p) -> inverse Fourier transform
-> window (the shape of Vocos, Siuzdak 2023, at chunk scale). The network may be absent.
"""

from __future__ import annotations

import numpy as np
import torch
from torch import Tensor, nn

from holostream.network.atoms import atoms
from holostream.network.features import pair_features
from holostream.network.noise import Noise
from holostream.network.quantizer import Quantizer
from holostream.network.residual_block import ResidualStack
from holostream.network.shape import NetworkShape


def fourier_atoms(shape: NetworkShape) -> np.ndarray:
    """(synthesis, synthesis) float64 rows: cosines then sines of Fourier harmonics 1 .. synthesis / 2, windowed.

    The window rises as the encoder's and falls over the rest of the chunk's overlap with its successors.
    """
    size, overlap = shape.synthesis, shape.chunk - shape.hop
    harmonic = np.arange(1, size // 2 + 1)[:, np.newaxis]
    angle = 2 * np.pi * harmonic * np.arange(size) / size
    window = np.ones(size)
    fall = size - shape.hop
    window[:overlap] = np.sin(np.pi / 2 * (np.arange(overlap) + 0.5) / overlap)
    window[shape.hop :] *= np.cos(np.pi / 2 * (np.arange(fall) + 0.5) / fall)
    return np.concatenate((np.cos(angle), -np.sin(angle))) * window / np.sqrt(size)


class Vocoder(nn.Module):
    """`chunks` is what training looks at; `forward` is the exported graph."""

    fourier: Tensor
    sounding: Tensor
    """(base, 1) 1 for pairs that are harmonics, 0 for the one that tells of noise."""

    def __init__(self, shape: NetworkShape, quantizer: Quantizer, noise: Noise | None = None) -> None:
        super().__init__()
        self.shape, self.quantizer, self.noise = shape, quantizer, noise
        basis = np.zeros((shape.hop, shape.synthesis))
        basis[:, : shape.chunk] = atoms(shape.hop, shape.chunk, shape.kaiser)[:, : shape.synthesis]
        sounding = (torch.arange(shape.base) < shape.tonal).float().unsqueeze(1)
        self.register_buffer("sounding", sounding, persistent=False)
        self.place = nn.Linear(2 * shape.base, shape.hop, bias=False)
        self.synthesis = nn.Linear(shape.hop, shape.synthesis, bias=False)
        with torch.no_grad():
            self.place.weight.copy_(torch.eye(shape.hop, 2 * shape.base))
            self.synthesis.weight.copy_(torch.tensor(basis.T, dtype=torch.float32))
        self.stack = ResidualStack(shape.width, shape.kernel, shape.vocoder_dilations, shape.expansion)
        if self.stack.blocks:
            self.enter = nn.Linear(3 * shape.base, shape.width)
            self.head = nn.Linear(shape.width, shape.synthesis)
            with torch.no_grad():
                self.head.bias[: shape.synthesis // 2] = -6.0
            self.register_buffer("fourier", torch.tensor(fourier_atoms(shape), dtype=torch.float32))

    @property
    def state_size(self) -> int:
        return self.stack.state_size

    def chunks(
        self, gains: Tensor, pairs: Tensor, state: Tensor, noise: Tensor | None = None
    ) -> tuple[Tensor, Tensor]:
        """Gain codes and decoded (lanes, frames, base, 2) pairs, 0 but where `sounding`, -> (lanes, frames, synthesis) and the
        next state. Without `noise`, see `Noise`, none is heard: so the rest is trained."""
        # All that sounds goes through one matrix, the product of those it is made of: in a graph a product costs nothing.
        synthesis = self.synthesis.weight.T
        parts, matrices = [pairs.flatten(-2)], [self.place.weight.T @ synthesis]
        if self.noise is not None and noise is not None:
            parts.append(noise)
            matrices.append(synthesis[2 * self.noise.first :])
        hidden: Tensor | None = self.enter(pair_features(pairs)) if self.stack.blocks else None
        hidden, state = self.stack(hidden, state)
        if hidden is not None:
            half = self.shape.synthesis // 2
            head = self.head(hidden)
            magnitude, phase = head[..., :half].clamp(-12.0, 4.0).exp(), head[..., half:]
            parts += [magnitude * phase.cos(), magnitude * phase.sin()]
            matrices.append(self.fourier)
        return torch.cat(parts, -1) @ torch.cat(matrices) * self.quantizer.gains(gains), state

    def forward(
        self, gains: Tensor, amplitudes: Tensor, phases: Tensor, state: Tensor, hops: Tensor | None = None
    ) -> tuple[Tensor, Tensor]:
        """uint8 codes as the encoder makes them and, where there is noise, the (frames,) int32 numbers of their hops ->
        (lanes, frames, synthesis) float32 and the next state."""
        noise = None
        if self.noise is not None and hops is not None:
            places = self.quantizer.places(amplitudes, phases)
            noise = self.noise(places, hops, self.quantizer.log_steps.exp())
        return self.chunks(gains.int(), self.quantizer.dequantize(amplitudes, phases, self.sounding), state, noise)
