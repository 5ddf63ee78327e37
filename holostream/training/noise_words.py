"""Learns the words that tell of noise (`network.noise`) from sounds: envelopes as they occur.

The generalized Lloyd algorithm (Linde, Buzo & Gray 1980) over log energies of bands; what a word costs is left out of it.
"""

from __future__ import annotations

import math
from collections.abc import Iterable

import numpy as np
import torch
from torch import Tensor

from holostream.network.export import TierNetwork
from holostream.network.noise import LEAST

FRAMES, ROUNDS = 60_000, 25


@torch.no_grad()
def learn_noise_words(network: TierNetwork, sounds: Iterable[np.ndarray], seed: int = 1) -> None:
    """Set the words of a network that has noise from (1, samples) float32 sounds. Does nothing without noise or sound."""
    noise = network.encoder.noise
    if noise is None:
        return
    found = [_levels(network, sound) for sound in sounds if sound.shape[1] >= 4 * network.shape.hop]
    if not found:
        return
    levels, counts = (torch.cat(parts) for parts in zip(*found, strict=True))
    generator = torch.Generator().manual_seed(seed)
    chosen = torch.randperm(len(levels), generator=generator)[:FRAMES]
    levels, counts = levels[chosen], counts[chosen]
    # What the first word is for: no band with anything in it.
    counts = counts * noise.weight
    sounding = (levels > math.log(LEAST) + 1).any(1)
    levels, counts = levels[sounding], counts[sounding]
    many = len(noise.words)
    if len(levels) <= many:
        return
    words = levels[torch.randperm(len(levels), generator=generator)[:many]].clone()
    for _ in range(ROUNDS):
        distance = (counts[:, None] * (levels[:, None] - words).square()).sum(-1)
        nearest = distance.argmin(1)
        for word in range(many):
            of_word = nearest == word
            weight = counts[of_word].sum(0)
            if of_word.any():
                words[word] = (levels[of_word] * counts[of_word]).sum(0) / weight.clamp(min=1e-6)
            else:
                words[word] = levels[int(torch.randint(len(levels), (1,), generator=generator))]
    # The most frequent ones get the cheapest codes.
    noise.words.copy_(words[torch.bincount(nearest, minlength=many).argsort(descending=True)])


def _levels(network: TierNetwork, sound: np.ndarray) -> tuple[Tensor, Tensor]:
    """(frames, bands) log energies and counts of the frames of a sound that are not silent."""
    shape, encoder = network.shape, network.encoder
    assert encoder.noise is not None
    padded = torch.nn.functional.pad(torch.from_numpy(np.ascontiguousarray(sound)), (shape.chunk - shape.hop, 0))
    chunks = padded.unfold(-1, shape.chunk, shape.hop)
    gains, _, _ = encoder.pairs(chunks, encoder.initial_state(len(sound)))
    relative = chunks * network.quantizer.inverse_gains(gains)
    levels, counts = encoder.noise.levels(relative, network.quantizer.log_steps.exp())
    heard = gains > 0
    return levels[heard], counts[heard]
