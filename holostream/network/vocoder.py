"""The vocoder: codes to overlapping chunks of sound.

A linear layer initialised to the atoms, beside a causal sine-activated residual network whose harmonic head gives a
log-amplitude and a phase for every Fourier harmonic of the chunk: exp(m) (cos p, sin p) -> inverse Fourier transform
-> window (the shape of Vocos, Siuzdak 2023, at chunk scale). The network may be absent.
"""

from __future__ import annotations

import numpy as np
import torch
from torch import Tensor, nn
from torch.nn.functional import embedding, linear

from holostream.network.atoms import atoms
from holostream.network.features import feature_table, pair_features, table_layer
from holostream.network.fourier import HarmonicSum
from holostream.network.noise import Noise
from holostream.network.quantizer import Quantizer
from holostream.network.residual_block import ResidualStack
from holostream.network.shape import NetworkShape


class Vocoder(nn.Module):
    """`chunks` is what training looks at; `forward` is the exported graph."""

    features: Tensor
    """Of codes in one layer, see `feature_table`."""
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
            self.harmonic_sum = HarmonicSum(shape)
            if quantizer.layers == 1:
                self.register_buffer("features", feature_table(quantizer.decoded), persistent=False)

    @property
    def state_size(self) -> int:
        return self.stack.state_size

    def chunks(
        self, gains: Tensor, pairs: Tensor, state: Tensor, noise: Tensor | None = None
    ) -> tuple[Tensor, Tensor]:
        """Gain codes and decoded (lanes, frames, base, 2) pairs, 0 but where `sounding`, -> (lanes, frames, synthesis) and the
        next state. Without `noise`, see `Noise`, none is heard: so the rest is trained."""
        hidden = self.enter(pair_features(pairs)) if self.stack.blocks else None
        return self._sound(gains, pairs.flatten(-2), self.place.weight.T, hidden, state, noise)

    def forward(
        self, gains: Tensor, amplitudes: Tensor, phases: Tensor, state: Tensor, hops: Tensor | None = None
    ) -> tuple[Tensor, Tensor]:
        """uint8 codes as the encoder makes them and, where there is noise, the (frames,) int32 numbers of their hops ->
        (lanes, frames, synthesis) float32 and the next state."""
        noise, gains = None, gains.int()
        places = self.quantizer.places(amplitudes, phases)
        if self.noise is not None and hops is not None:
            noise = self.noise(places, hops, self.quantizer.log_steps.exp())
        if self.quantizer.layers > 1:
            return self.chunks(gains, self.quantizer.dequantize(amplitudes, phases, self.sounding), state, noise)
        # As `chunks`, but steps and features come out of tables and matrices: fewer operators.
        steps, hidden = self.quantizer.log_steps[0].exp(), None
        if self.stack.blocks:
            matrix, bias = table_layer(self.enter.weight, self.enter.bias, steps, self.sounding)
            hidden = embedding(places, self.features).flatten(-2) @ matrix + bias
        decoded = embedding(places, self.quantizer.decoded).flatten(-2)
        scaled = self.place.weight.T * (steps * self.sounding).repeat_interleave(2, 0)
        return self._sound(gains, decoded, scaled, hidden, state, noise)

    def _sound(
        self, gains: Tensor, pairs: Tensor, place: Tensor, hidden: Tensor | None, state: Tensor, noise: Tensor | None
    ) -> tuple[Tensor, Tensor]:
        """(lanes, frames, 2 * base) pairs through `place`, (2 * base, hop), with noise and what the network adds. `hidden` is what
        enters that, if there is one."""
        # What is linear goes through one matrix, the product of those it is made of: in a graph a product costs nothing.
        synthesis = self.synthesis.weight.T
        parts, matrices = [pairs], [place @ synthesis]
        if self.noise is not None and noise is not None:
            parts.append(noise)
            matrices.append(synthesis[2 * self.noise.first :])
        sound = torch.cat(parts, -1) @ torch.cat(matrices)
        hidden, state = self.stack(hidden, state)
        if hidden is not None:
            twice, turn = self.harmonic_sum.twice, self.harmonic_sum.turn
            sound = sound + self.harmonic_sum(linear(hidden, self.head.weight[twice], self.head.bias[twice] + turn))
        return sound * self.quantizer.gains(gains), state
