"""The polar quantizer, the only one: training sees it straight-through, live and files use the same integers.

For a pair divided by the gain and the tier's step, r its radius: amplitude code n = floor(r^(3/4) + 0.42), phase code the
nearest of P(n) = round(4.71 n) equal angles (at least 1, at most 64); decoded radius n^(4/3). Cells stay about square,
so zeros cost no phase. What decodes is one table look-up a pair: exact on any machine.

Gain code g of a chunk: 0 for silence, else how loud it counts in steps of 3 dB, gain = 2^((g - 48) / 2).
Tiers above hop / 2 harmonics quantize in layers: each further layer describes what the ones before left over.
"""

from __future__ import annotations

import math

import numpy as np
import torch
from torch import Tensor, nn
from torch.nn.functional import embedding

MAX_AMPLITUDE = 255
MAX_PHASES = 64
MAX_GAIN = 63
GAIN_OFFSET = 48
SILENCE = 1e-11
"""Mean square, -110 dB: below it a chunk is silent."""
ROUNDING = 0.42
"""Below 1/2: amplitudes are rounded down a little more often than up, 5 % of the bits for no loss of SNR."""


def phase_count(amplitude: Tensor) -> Tensor:
    """P(n) for amplitude codes given as floats."""
    return torch.clamp(torch.round(amplitude * 4.71), 1, MAX_PHASES)


class Quantizer(nn.Module):
    """`quantize` pairs to codes, `dequantize` codes to pairs, `forward` both with a straight-through gradient.

    Pairs are (..., base, 2) float, codes (..., base * layers) integers, layer by layer.
    """

    decoded: Tensor
    gain: Tensor
    inverse_gain: Tensor

    def __init__(self, steps: tuple[float, ...], base: int = 1, tilt: float = 0.0) -> None:
        super().__init__()
        code = torch.arange(MAX_AMPLITUDE + 1)
        angle = 2 * np.pi * np.arange(MAX_PHASES) / phase_count(code.float()).numpy()[:, np.newaxis]
        radius = code.double().numpy()[:, np.newaxis, np.newaxis] ** (4 / 3)
        # A byte may be more than the highest gain code; the inverse is asked for those alone that the encoder makes.
        gain = 2.0 ** ((np.minimum(code.numpy(), MAX_GAIN) - GAIN_OFFSET) / 2)
        gain[0] = 0.0
        inverse_gain = np.concatenate(([0.0], 1 / gain[1 : MAX_GAIN + 1]))
        self.layers = len(steps)
        # (layers, base, 1): a step for every pair of every layer, learned; base 1: the same for all pairs.
        self.log_steps = nn.Parameter(torch.tensor(steps).log().reshape(-1, 1, 1) + tilt * torch.arange(base)[:, None])
        for name, table in {
            "decoded": (radius * np.stack((np.cos(angle), np.sin(angle)), axis=-1)).reshape(-1, 2),
            "gain": gain[:, np.newaxis],
            "inverse_gain": inverse_gain[:, np.newaxis],
        }.items():
            self.register_buffer(name, torch.tensor(table, dtype=torch.float32), persistent=False)

    def gain_codes(self, level: Tensor, mean_square: Tensor) -> Tensor:
        """How loud chunks count, in log2 of a mean square, and their own mean squares -> gain codes, int64."""
        codes = torch.clamp(torch.round(level + GAIN_OFFSET), 0, MAX_GAIN)
        return torch.where(mean_square > SILENCE, codes, 0.0).long()

    def gains(self, codes: Tensor) -> Tensor:
        """Gain codes (...), any byte as an integer -> factors (..., 1)."""
        return embedding(codes, self.gain)

    def inverse_gains(self, codes: Tensor) -> Tensor:
        """Gain codes (...) int64 -> 1 / factor, 0 for silence, (..., 1)."""
        return embedding(codes, self.inverse_gain)

    def quantize_layer(self, x: Tensor, y: Tensor) -> tuple[Tensor, Tensor]:
        """Cosine and sine parts of pairs relative to the step -> amplitude and phase codes, still floats."""
        r = torch.sqrt(x * x + y * y)
        amplitude = torch.clamp(torch.floor(torch.sqrt(r * torch.sqrt(r)) + ROUNDING), 0, MAX_AMPLITUDE)
        # Half-angle form of atan2, a third of its operators; the tiny terms make y = 0, x < 0 come out as pi.
        half_angle = torch.atan((y + 1e-20) / torch.clamp(r + x, min=1e-30))
        count = phase_count(amplitude)
        phase = torch.round(half_angle * count * (1 / math.pi))
        return amplitude, torch.where(phase < 0, phase + count, phase)

    @staticmethod
    def places(amplitudes: Tensor, phases: Tensor) -> Tensor:
        """Codes, any numbers of a byte in any type -> their places in the table `decoded`, int32: the amplitude code's whole
        times MAX_PHASES."""
        # A damaged or hostile phase can be anything in a byte: the table is not left.
        return amplitudes.int() * MAX_PHASES + phases.int().clamp(max=MAX_PHASES - 1)

    def quantize(self, pairs: Tensor) -> tuple[Tensor, Tensor]:
        """(..., base, 2) pairs -> amplitude and phase codes, (..., base * layers), whole numbers in float32."""
        return self.quantize_parts(pairs[..., 0], pairs[..., 1])

    def quantize_parts(self, x: Tensor, y: Tensor) -> tuple[Tensor, Tensor]:
        """As `quantize`, of cosine and sine parts, (..., base) each."""
        amplitudes, phases = [], []
        for layer in range(self.layers):
            step = self.log_steps[layer, :, 0].exp()
            amplitude, phase = self.quantize_layer(x / step, y / step)
            amplitudes.append(amplitude)
            phases.append(phase)
            if layer + 1 < self.layers:
                decoded = self.decode_layer(amplitude, phase)
                x, y = x - decoded[..., 0] * step, y - decoded[..., 1] * step
        return torch.cat(amplitudes, -1), torch.cat(phases, -1)

    def decode_layer(self, amplitude: Tensor, phase: Tensor) -> Tensor:
        """Codes of one layer -> pairs (..., 2), relative to the step."""
        return embedding(self.places(amplitude, phase), self.decoded)

    def dequantize(self, places: Tensor, share: Tensor | float = 1.0) -> Tensor:
        """(..., base * layers) places -> (..., base, 2) pairs, or a share of each, (base, 1)."""
        steps = self.log_steps.exp() * share
        if self.layers == 1:
            return embedding(places, self.decoded) * steps[0]
        return (embedding(places.unflatten(-1, (self.layers, -1)), self.decoded) * steps).sum(-3)

    def forward(self, pairs: Tensor) -> Tensor:
        """What the decoder will see of `pairs`, gradient passed straight through (Bengio et al. 2013), to the pairs and,
        as in learned step sizes (Esser et al. 2020), to the steps."""
        step = self.log_steps[-1].exp()
        with torch.no_grad():
            decoded = self.dequantize(self.places(*self.quantize(pairs))) / step
        relative = pairs / step
        return (relative + (decoded - relative).detach()) * step
