"""Noise above a tier's band and in place of its zeros, told by the last pair of codes: of the first layer, if there are several.

How much noise belongs there cannot be guessed from the other codes (docs/findings.md), so the encoder says it: the last pair
is no harmonic but one of 15 words: amplitude code 0, which is no noise at all, 1 with one of its five phases, or 2 with one of
nine; low tiers, where noise stands in for a part of the voice, have further amplitudes with further phases. Each of those is a
spectral envelope, learned from sounds. A frame says it anew, so nothing depends on frames before.

The noise itself comes from a table, a row for each hop until it starts over: whoever decodes hears the same. It must not follow
from the codes: a hiss above all harmonics has the same in every frame, and then it buzzed with the frames' own pitch.
"""

from __future__ import annotations

import math
from itertools import pairwise

import numpy as np
import torch
from torch import Tensor, nn
from torch.nn.functional import embedding

from holostream.codec.polar_code import MAX_AMPLITUDE, MAX_PHASES, RADIUS_POWER
from holostream.network.atoms import atoms
from holostream.network.quantizer import ROUNDING, phase_count

BANDS = (20, 24, 29, 35, 42, 52)
LOW_BANDS = (4, 5, 7, 9, 12, 16, 22, 35)
"""First pairs of the bands of an envelope, of those where noise begins; the last ends with the last pair of a chunk. Where noise
stands in for a part of the voice, formants decide, and bands are finer below 4 kHz."""
LOW_WEIGHTS = {3: 1.5, 4: 2, 5: 3, 7: 3, 9: 3, 12: 1.75, 16: 1.25, 22: 1.25, 35: 2}
"""By first pair, how much an error in a band of those counts, however wide it is: each octave of a voice says about as much, and
what is above 4.5 kHz less. Higher up every pair counts alike."""
LARGEST_CODE = 2
NOISE_ROWS = 1024
"""Until noise starts over, 2.7 s at 375 a second; how short is too short was not tried."""
HIGH, LOWEST = 16, 7
"""Noise that begins at the first of these pairs or above is hiss; further down it stands in for what is heard as voice, below the
second for most of it."""
STRENGTH, LOW_STRENGTH, LOWEST_STRENGTH = 0.9, 0.65, 0.5
"""Of the level told: a little less noise than there was is the better guess at noise that is another, much less where it stands
in for a part of the voice, and half where for most of it."""
TOO_LOUD, LOUD_FROM = 2.0, 22
"""So many times as bad as too soft, where noise is high: in low tiers from that pair on, 8 kHz, where a whisper clicked else; below
it too soft is heard as well."""
LEAST = 1e-7
"""Energy, relative to the gain, of a band without any."""
ZERO_RADIUS = (1 - ROUNDING) ** RADIUS_POWER
"""A pair below so many steps is coded as 0."""
HIGHEST = 0.45
"""Noise in place of a zero, in steps: louder it would not have been a zero."""


def word_codes(largest: int = LARGEST_CODE) -> np.ndarray:
    """(words, 3) float64: amplitude code, up to the largest, phase code and how many phases there are."""
    counts = {code: int(phase_count(torch.tensor(float(code)))) for code in range(largest + 1)}
    return np.array([(code, phase, count) for code, count in counts.items() for phase in range(count)], np.float64)


class Noise(nn.Module):
    """`tell` for the encoder, `forward` for the vocoder. `first`: the pair from which on there is noise; `tonal`: pairs that are
    harmonics, of which those from `first` on are filled where all `layers` of them are 0; `largest`: the largest amplitude code
    of a word; `kaiser`: see `network.atoms`.

    Energies are measured with the fixed atoms, not with the encoder's trained layers: these mix pairs that no harmonic uses with
    pairs that one does."""

    unit: Tensor
    rows: Tensor
    member: Tensor
    weight: Tensor
    too_loud: Tensor
    atoms: Tensor
    means: Tensor
    spread: Tensor
    harmonic: Tensor
    filled: Tensor
    last_silent: Tensor
    word_of_code: Tensor

    def __init__(
        self, first: int, tonal: int, hop: int, chunk: int, layers: int = 1, largest: int = LARGEST_CODE, kaiser: float = 0.0
    ) -> None:
        super().__init__()
        pairs = hop // 2
        self.first, self.tonal, self.pairs, self.layers = first, tonal, pairs, layers
        self.strength = STRENGTH if first >= HIGH else LOW_STRENGTH if first >= LOWEST else LOWEST_STRENGTH
        edges = [first, *(edge for edge in (BANDS if first >= HIGH else LOW_BANDS) if first < edge < pairs), pairs]
        member = np.zeros((pairs - first, len(edges) - 1))
        weight, too_loud = np.ones(len(edges) - 1), np.full(len(edges) - 1, TOO_LOUD)
        for band, (low, high) in enumerate(pairwise(edges)):
            member[low - first : high - first, band] = 1
            if first < HIGH:
                too_loud[band] = TOO_LOUD if low >= LOUD_FROM else 1
                weight[band] = LOW_WEIGHTS[max((edge for edge in LOW_WEIGHTS if edge <= low), default=min(LOW_WEIGHTS))] / (high - low)
        self.bands = len(edges) - 1
        codes = word_codes(largest)
        # Log energy of every word but the first in every band, relative to the gain; see `training.noise_words`.
        self.words = nn.Parameter(torch.full((len(codes) - 1, self.bands), math.log(LEAST)), requires_grad=False)
        radius, angle = codes[:, 0] ** RADIUS_POWER, 2 * np.pi * codes[:, 1] / np.maximum(codes[:, 2], 1)
        unit = np.stack((radius * np.cos(angle), radius * np.sin(angle)), axis=1)
        random = np.random.default_rng(6)
        # Pairs of one radius and any phase: hiss that fluctuates less is nearer to what there was.
        turned = random.uniform(0, 2 * np.pi, (NOISE_ROWS, pairs - first))
        rows = math.sqrt(2) * np.stack((np.cos(turned), np.sin(turned)), axis=2).reshape(NOISE_ROWS, -1)
        of_pair = np.repeat(np.arange(first, pairs), 2)
        filled = of_pair < tonal
        words = np.zeros((largest + 1) * MAX_PHASES)
        for word, (code, phase, count) in enumerate(codes.astype(int)):
            words[code * MAX_PHASES + phase : (code + 1) * MAX_PHASES : count] = word
        for name, table, kind in (
            ("unit", unit, torch.float32),
            ("rows", rows, torch.float32),
            ("member", member, torch.float32),
            ("weight", weight, torch.float32),
            ("too_loud", too_loud, torch.float32),
            ("atoms", atoms(hop, chunk, kaiser)[2 * first :].T, torch.float32),
            # Of both squares of a pair; as a product, since a graph would have to find out shapes for anything else.
            ("means", np.repeat(np.eye(pairs - first), 2, axis=0) / 2, torch.float32),
            ("spread", np.repeat(member.T, 2, axis=1), torch.float32),
            # The harmonic whose place a coefficient is, where noise fills its zeros; the last place that leaves room for it.
            ("harmonic", np.where(filled, of_pair, 0), torch.int32),
            ("filled", filled, torch.bool),
            ("last_silent", np.where(filled, MAX_PHASES - 1, (MAX_AMPLITUDE + 1) * MAX_PHASES), torch.int32),
            ("word_of_code", words, torch.int32),
        ):
            self.register_buffer(name, torch.tensor(table, dtype=kind), persistent=False)

    def levels(self, chunks: Tensor, steps: Tensor) -> tuple[Tensor, Tensor]:
        """(..., chunk) samples relative to the gain, (layers, base, 1) steps -> log energies of the bands, of what no harmonic
        says, and over how many pairs each is a mean; (..., bands)."""
        energy = (chunks @ self.atoms).square() @ self.means
        largest = (ZERO_RADIUS * steps[-1, self.first : self.tonal, 0]).square() / 2
        beyond = steps.new_full((self.pairs - self.first - len(largest),), math.inf)
        counted = (energy < torch.cat((largest, beyond))).to(energy)
        count = counted @ self.member
        return torch.log((energy * counted) @ self.member / count.clamp(min=1) + LEAST), count

    def tell(self, chunks: Tensor, steps: Tensor) -> Tensor:
        """Of what `levels` takes -> the cosine parts of all pairs, then their sine parts, (..., 2 * base): the last pair that of
        the nearest word, the others 0."""
        level, count = self.levels(chunks.unsqueeze(-2), steps)
        silent = torch.full_like(self.words[:1], math.log(LEAST))
        words = torch.cat((silent, self.words))
        # Too much in one band of one frame is a click, too little is nothing.
        above = words - level
        distance = (torch.maximum(above, self.too_loud * above).square() * (count * self.weight)).sum(-1)
        last = (self.unit * steps[0, -1]).unsqueeze(-1)
        return embedding(distance.argmin(-1), torch.nn.functional.pad(last, (self.tonal, 0)).flatten(1))

    def _loudness(self, steps: Tensor) -> Tensor:
        """(places of codes that tell, coefficients): how loud each coefficient from `first` on is let be, those in place of zeros
        less than a zero may be."""
        told = torch.cat((torch.zeros_like(self.words[:1]), self.strength * torch.exp(0.5 * self.words))) @ self.spread
        most = HIGHEST / math.sqrt(2) * torch.index_select(steps[-1, :, 0], 0, self.harmonic)
        return torch.index_select(torch.where(self.filled, torch.minimum(told, most), told), 0, self.word_of_code)

    def forward(self, places: Tensor, hops: Tensor, steps: Tensor) -> Tensor:
        """Places of codes, see `Quantizer.places`, (lanes, frames, layers * base), the numbers of the frames' hops, whole and
        (frames,) or (lanes, frames), and (layers, base, 1) steps -> (lanes, frames, 2 * (pairs - first)) coefficients to add to
        those from 2 * first on."""
        # Codes that no encoder makes are some word, too.
        said = places[..., self.tonal].clamp(max=len(self.word_of_code) - 1)
        loudness = embedding(said, self._loudness(steps))
        spoken = places if self.layers == 1 else places.unflatten(-1, (self.layers, -1)).amax(-2)
        # As a product, since choosing costs a graph four times as much.
        silent = (torch.index_select(spoken, -1, self.harmonic) <= self.last_silent).to(loudness)
        return loudness * silent * embedding(torch.bitwise_and(hops, NOISE_ROWS - 1), self.rows)
