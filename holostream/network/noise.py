"""Noise above a tier's band and in place of its zeros, told by the last pair of codes.

How much noise belongs there cannot be guessed from the other codes (docs/findings.md), so the encoder says it: the last pair
is no harmonic but one of 15 words: amplitude code 0, which is no noise at all, 1 with one of its five phases, or 2 with one of
nine. Each of those is a spectral envelope, learned from sounds. A frame says it anew, so nothing depends on frames before.

The noise itself is cut from one long strip at a place that the codes of the frame decide: whoever decodes hears the same.
"""

from __future__ import annotations

import math
from itertools import pairwise

import numpy as np
import torch
from torch import Tensor, nn
from torch.nn.functional import embedding, pad

from holostream.network.atoms import atoms
from holostream.network.quantizer import ROUNDING, phase_count

BANDS = (0, 7, 12, 16, 20, 24, 29, 35, 42, 52)
"""First pairs of the bands of an envelope; the last ends with the last pair of a chunk."""
LARGEST_CODE = 2
STRIP = 4096
STRENGTH = 0.8
"""Of the level told: a little less noise than there was is the better guess at noise that is another."""
TOO_LOUD, HIGH = 2.0, 16
"""So many times as bad as too soft, where noise begins at pair 16 or above; further down too soft is heard as well."""
LEAST = 1e-7
"""Energy, relative to the gain, of a band without any."""
ZERO_RADIUS = (1 - ROUNDING) ** (4 / 3)
"""A pair below so many steps is coded as 0."""
HIGHEST = 0.45
"""Noise in place of a zero, in steps: louder it would not have been a zero."""


def word_codes() -> np.ndarray:
    """(words, 3) float64: amplitude code, phase code and how many phases there are, the cheapest first."""
    counts = {code: int(phase_count(torch.tensor(float(code)))) for code in range(LARGEST_CODE + 1)}
    return np.array([(code, phase, count) for code, count in counts.items() for phase in range(count)], np.float64)


class Noise(nn.Module):
    """`tell` for the encoder, `forward` for the vocoder. `first`: the pair from which on there is noise; `tonal`: pairs that are
    harmonics, of which those from `first` on are filled where they are 0. A pair here is one of the atoms: what the encoder's
    layers have learned in place of those that no harmonic takes says something about those that one does."""

    unit: Tensor
    strip: Tensor
    weights: Tensor
    member: Tensor
    atoms: Tensor

    def __init__(self, first: int, tonal: int, hop: int, chunk: int) -> None:
        super().__init__()
        pairs = hop // 2
        self.first, self.tonal, self.pairs = first, tonal, pairs
        self._too_loud = TOO_LOUD if first >= HIGH else 1.0
        edges = [first, *(edge for edge in BANDS if first + 2 < edge < pairs), pairs]
        member = np.zeros((pairs - first, len(edges) - 1))
        for band, (low, high) in enumerate(pairwise(edges)):
            member[low - first : high - first, band] = 1
        self.bands = len(edges) - 1
        codes = word_codes()
        # Log energy of every word but the first in every band, relative to the gain; see `training.noise_words`.
        self.words = nn.Parameter(torch.full((len(codes) - 1, self.bands), math.log(LEAST)), requires_grad=False)
        radius, angle = codes[:, 0] ** (4 / 3), 2 * np.pi * codes[:, 1] / np.maximum(codes[:, 2], 1)
        unit = np.stack((radius * np.cos(angle), radius * np.sin(angle)), axis=1)
        random = np.random.default_rng(6)
        for name, table in {
            "unit": unit,
            "strip": random.standard_normal((STRIP + 2 * pairs, 1)),
            # Whole numbers so small that sums of products with codes are exact in float32.
            "weights": random.integers(1, 256, (2, tonal)),
            "member": member,
            "atoms": atoms(hop, chunk)[2 * first :].T,
        }.items():
            self.register_buffer(name, torch.tensor(table, dtype=torch.float32), persistent=False)

    def levels(self, chunks: Tensor, step: Tensor) -> tuple[Tensor, Tensor]:
        """(..., chunk) samples relative to the gain, (base, 1) steps -> log energies of the bands, of what no harmonic says,
        and over how many pairs each is a mean; (..., bands)."""
        energy = (chunks @ self.atoms).unflatten(-1, (-1, 2)).square().mean(-1)
        counted = torch.ones_like(energy)
        if self.tonal > self.first:
            largest = (ZERO_RADIUS * step[self.first : self.tonal, 0]).square() / 2
            inside = (energy[..., : self.tonal - self.first] < largest).to(energy)
            counted = torch.cat((inside, counted[..., self.tonal - self.first :]), -1)
        count = counted @ self.member
        return torch.log((energy * counted) @ self.member / count.clamp(min=1) + LEAST), count

    def tell(self, chunks: Tensor, step: Tensor) -> Tensor:
        """Of what `levels` takes: the last pair, (..., 2), of the nearest word."""
        level, count = self.levels(chunks, step)
        silent = torch.full_like(self.words[:1], math.log(LEAST))
        words = torch.cat((silent, self.words))
        # Too much in one band of one frame is a click, too little is nothing.
        above = words - level.unsqueeze(-2)
        distance = (torch.maximum(above, self._too_loud * above).square() * count.unsqueeze(-2)).sum(-1)
        return embedding(distance.argmin(-1), self.unit) * step[-1]

    def place(self, amplitudes: Tensor, phases: Tensor) -> Tensor:
        """Codes (..., base) as floats -> the noise of these frames, (..., 2 * pairs), of about unit size."""
        hashed = amplitudes[..., : self.tonal] @ self.weights[0] + phases[..., : self.tonal] @ self.weights[1]
        start = torch.remainder(hashed, STRIP).int().unsqueeze(-1)
        return embedding(start + torch.arange(2 * self.pairs, dtype=torch.int32), self.strip).squeeze(-1)

    def forward(self, pairs: Tensor, step: Tensor, noise: Tensor) -> Tensor:
        """Decoded (..., base, 2) pairs, (base, 1) steps and `place`'s noise -> coefficients (..., 2 * pairs) to add."""
        told = pairs[..., -1, :] / step[-1]
        word = (told @ self.unit.T - 0.5 * self.unit.square().sum(-1)).argmax(-1)
        loudness = torch.cat((torch.zeros_like(self.words[:1]), STRENGTH * torch.exp(0.5 * self.words))) @ self.member.T
        if self.tonal > self.first:
            filled = self.tonal - self.first
            most = HIGHEST / math.sqrt(2) * step[self.first : self.tonal, 0]
            loudness = torch.cat((torch.minimum(loudness[:, :filled], most), loudness[:, filled:]), -1)
        weight = embedding(word, loudness)
        if self.tonal > self.first:
            zero = (pairs[..., self.first : self.tonal, :].square().sum(-1) == 0).to(pairs)
            weight = torch.cat((weight[..., :filled] * zero, weight[..., filled:]), -1)
        sound = noise.unflatten(-1, (self.pairs, 2))[..., self.first :, :] * weight.unsqueeze(-1)
        return pad(sound.flatten(-2), (2 * self.first, 0))
