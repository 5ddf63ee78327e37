"""The polar quantizer, the only one: training sees it straight-through, live and files use the same integers.

For a pair divided by the gain and the tier's step, r its radius: amplitude code n = floor(r^(3/4) + 0.42), phase code the
nearest of P(n) = round(4.71 n) equal angles (at least 1, at most 64); decoded radius n^(4/3). Cells stay about square,
so zeros cost no phase. In one layer what decodes is one table look-up a pair: exact on any machine.

Gain code g of a chunk: 0 for silence, else how loud it counts in steps of 3 dB, gain = 2^((g - 48) / 2).
Tiers above hop / 2 harmonics quantize in layers, each with a finer step. The first layer that finds a pair louder than FIRST says
it as above; before that its codes are 0. Every layer after it divides the pair's cell into `split` parts along the amplitude and as
many along the phase: its codes are the next digits of both numbers in base `split`, modulo it, 0 for the middle, 1, 2 ... above and
split - 1, split - 2 ... below. So cells lie within cells and no bit is spent on telling what is known (docs/findings.md).
"""

from __future__ import annotations

import math

import numpy as np
import torch
from torch import Tensor, nn
from torch.nn.functional import embedding

from holostream.codec.polar_code import MAX_AMPLITUDE, MAX_GAIN, MAX_PHASES, RADIUS_POWER, UNIT_GAIN

SILENCE = 1e-11
"""Mean square, -110 dB: below it a chunk is silent."""
ROUNDING = 0.42
"""Below 1/2: amplitudes are rounded down a little more often than up, 5 % of the bits for no loss of SNR."""
FIRST = 0.62
"""An amplitude from which on a layer that is not the last says a pair; the next one says what is below, for fewer bits."""
WITHIN = 1 - 1e-6
"""Keeps a place on the very edge of a cell inside it."""


def phase_count(amplitude: Tensor) -> Tensor:
    """P(n) for amplitude codes given as floats."""
    return torch.clamp(torch.round(amplitude * 4.71), 1, MAX_PHASES)


def _from_zero(code: Tensor, modulus: Tensor | int) -> Tensor:
    """Whole numbers above -modulus, those below 0 raised by it."""
    return code - torch.clamp(code, -1, 0) * modulus


class Quantizer(nn.Module):
    """`quantize` pairs to codes, `dequantize` codes to pairs, `forward` both with a straight-through gradient.

    Pairs are (..., base, 2) float, codes (..., base * layers) integers, layer by layer.
    """

    decoded: Tensor
    gain: Tensor
    inverse_gain: Tensor
    told: Tensor
    digit: Tensor
    beyond: Tensor
    angle: Tensor
    """(256,) by code: whether it is not 0; what it stands for as a digit; what it says beyond that if it is the first; the angle
    from one phase of it to the next."""
    first: Tensor
    worth: Tensor
    """(2^layers,) by which layers are not 0, the first being the highest bit: where the first one's codes begin, and how many
    times a digit of the first layer its own is less."""
    bits: Tensor
    below: Tensor
    pair: Tensor

    def __init__(self, steps: tuple[float, ...], base: int = 1, tilt: float = 0.0, split: int = 1) -> None:
        super().__init__()
        if len(steps) > 1 and not (split > 1 and split % 2):
            raise ValueError(f"{len(steps)} layers divide into {split} parts; expected an odd number of 3 or more")
        code = torch.arange(MAX_AMPLITUDE + 1)
        angle = 2 * np.pi * np.arange(MAX_PHASES) / phase_count(code.float()).numpy()[:, np.newaxis]
        radius = code.double().numpy()[:, np.newaxis, np.newaxis] ** RADIUS_POWER
        # A byte may be more than the highest gain code; the inverse is asked for those alone that the encoder makes.
        gain = 2.0 ** ((np.minimum(code.numpy(), MAX_GAIN) - UNIT_GAIN) / 2)
        gain[0] = 0.0
        inverse_gain = np.concatenate(([0.0], 1 / gain[1 : MAX_GAIN + 1]))
        self.layers, self.split = len(steps), split
        # (layers, base, 1): a step for every pair of every layer, learned; base 1: the same for all pairs.
        self.log_steps = nn.Parameter(torch.tensor(steps).log().reshape(-1, 1, 1) + tilt * torch.arange(base)[:, None])
        for name, table in {
            "decoded": (radius * np.stack((np.cos(angle), np.sin(angle)), axis=-1)).reshape(-1, 2),
            "gain": gain[:, np.newaxis],
            "inverse_gain": inverse_gain[:, np.newaxis],
        }.items():
            self.register_buffer(name, torch.tensor(table, dtype=torch.float32), persistent=False)
        if self.layers > 1:
            self._register_digits(base)

    def _register_digits(self, base: int) -> None:
        """What layers within layers are put together with."""
        code, layer = np.arange(MAX_AMPLITUDE + 1), np.arange(self.layers)
        digit = np.where(code > self.split // 2, code - self.split, code)
        said = np.arange(1 << self.layers)
        first = self.layers - np.floor(np.log2(np.maximum(said, 1))).astype(int) - 1
        for name, table in {
            "told": code > 0,
            "digit": digit,
            "beyond": code - digit,
            "angle": 2 * np.pi / phase_count(torch.from_numpy(code).float()).numpy(),
            "worth": float(self.split) ** first,
        }.items():
            self.register_buffer(name, torch.tensor(table, dtype=torch.float32), persistent=False)
        # Sums over layers, as products with matrices: (layers * base, base).
        for name, weights in {"bits": 2.0 ** layer[::-1], "below": float(self.split) ** -layer}.items():
            self.register_buffer(name, torch.kron(torch.tensor(weights.copy())[:, None], torch.eye(base)).float(), persistent=False)
        self.register_buffer("first", torch.from_numpy(first * base), persistent=False)
        self.register_buffer("pair", torch.arange(base), persistent=False)

    def gain_codes(self, level: Tensor, mean_square: Tensor) -> Tensor:
        """How loud chunks count, in log2 of a mean square, and their own mean squares -> gain codes, int64. How loud silence counts
        may be anything, NaN too."""
        codes = torch.clamp(torch.round(level + UNIT_GAIN), 0, MAX_GAIN)
        return torch.where(mean_square > SILENCE, codes, 0.0).long()

    def gains(self, codes: Tensor) -> Tensor:
        """Gain codes (...), any byte as an integer -> factors (..., 1)."""
        return embedding(codes, self.gain)

    def inverse_gains(self, codes: Tensor) -> Tensor:
        """Gain codes (...) int64 -> 1 / factor, 0 for silence, (..., 1)."""
        return embedding(codes, self.inverse_gain)

    def sizes(self, x: Tensor, y: Tensor) -> tuple[Tensor, Tensor]:
        """Cosine and sine parts of pairs -> sizes, radii to the power 3/4, and turns, -1/2 to 1/2."""
        r = torch.sqrt(x * x + y * y)
        # Half-angle form of atan2, a third of its operators; the tiny terms make y = 0, x < 0 come out as 1/2.
        half_angle = torch.atan((y + 1e-20) / torch.clamp(r + x, min=1e-30))
        return torch.pow(r, 1 / RADIUS_POWER), half_angle * (1 / math.pi)

    def amplitudes(self, sizes: Tensor, layer: int, said: Tensor | float = 0.0) -> Tensor:
        """Sizes relative to the step of a layer -> amplitude codes, still floats; below 0, too, where they are those within the
        cell of a pair that has been `said`, which is 1 there and 0 elsewhere."""
        # Products with 0 or 1: choosing costs a graph four times as much.
        if layer == self.layers - 1:
            return torch.floor(sizes + (ROUNDING + (0.5 - ROUNDING) * said))
        found = (sizes >= FIRST).to(sizes)
        return torch.round(sizes) * (found if isinstance(said, float) else torch.maximum(found, said))

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
        sizes, turns = self.sizes(x, y)
        amplitudes, phases = [], []
        said = size_left = turn_left = torch.zeros(())
        for layer in range(self.layers):
            size, turn = torch.clamp(sizes * torch.exp(self.log_steps[layer, :, 0] * -0.75), max=MAX_AMPLITUDE + 0.4), turns
            if layer == 0:
                amplitude = self.amplitudes(size, layer)
                count = phase_count(amplitude)
            else:
                unsaid = 1 - said
                size, turn = size_left + size * unsaid, turn_left + turn * unsaid
                amplitude = self.amplitudes(size, layer, said)
                count = self.split + (phase_count(amplitude) - self.split) * unsaid
            place = turn * count
            phase = torch.round(place)
            amplitudes.append(_from_zero(amplitude, self.split) if layer else amplitude)
            phases.append(_from_zero(phase, count))
            said = torch.maximum(said, torch.clamp(amplitude, max=1)) if layer else torch.clamp(amplitude, max=1)
            size_left, turn_left = (size - amplitude) * (said * (self.split * WITHIN)), (place - phase) * (said * WITHIN)
        return torch.cat(amplitudes, -1), torch.cat(phases, -1)

    def dequantize(self, amplitudes: Tensor, phases: Tensor, share: Tensor | float = 1.0) -> Tensor:
        """(..., base * layers) codes, any numbers of a byte in any type -> (..., base, 2) pairs, or a share of each, (base, 1)."""
        if self.layers == 1:
            return embedding(self.places(amplitudes, phases), self.decoded) * (self.log_steps[0].exp() * share)
        amplitudes, phases = amplitudes.long(), phases.long()
        # Who says a pair, as bits; so where its first code is, and what that is worth in the unit of all digits together.
        layers = (self.told[amplitudes] @ self.bits).long()
        place = self.first[layers] + self.pair
        worth = self.worth[layers]
        first, turn = amplitudes.gather(-1, place), phases.gather(-1, place)
        numbers = []
        for codes, own in ((amplitudes, first), (phases, turn)):
            digits = self.digit[codes] @ self.below
            numbers.append(digits * worth + self.beyond[own])
        size, turn = numbers
        angle = turn * self.angle[first]
        radius = torch.pow(size, RADIUS_POWER) * (self.log_steps.exp() * share).flatten()[place]
        return torch.stack((radius * angle.cos(), radius * angle.sin()), -1)

    def forward(self, pairs: Tensor) -> Tensor:
        """What the decoder will see of `pairs`, gradient passed straight through (Bengio et al. 2013), to the pairs and,
        as in learned step sizes (Esser et al. 2020), to the steps."""
        with torch.no_grad():
            amplitudes, phases = self.quantize(pairs)
            decoded = self.dequantize(amplitudes, phases)
            # The step of whichever layer says a pair; of what none says, the finest.
            said = amplitudes.unflatten(-1, (self.layers, -1)) > 0
        step = self.log_steps[-1].exp()
        for layer in reversed(range(self.layers - 1)):
            step = torch.where(said[..., layer, :, None], self.log_steps[layer].exp(), step)
        relative = pairs / step
        return (relative + (decoded / step - relative).detach()) * step
