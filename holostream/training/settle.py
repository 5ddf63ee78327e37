"""What a network learns in one go instead of in steps: the words that tell of noise, and steps that cost its bitrate."""

from __future__ import annotations

import torch

from holostream.network.export import TierNetwork
from holostream.training.corpus import Corpus, training_sounds
from holostream.training.held_out import Check, fit_rate, held_out_sound
from holostream.training.noise_words import learn_noise_words
from holostream.training.recipe import Recipe

WORD_MINUTES = 8.0
"""Of training sounds that the words are learned from."""


def settle(network: TierNetwork, corpus: Corpus, recipe: Recipe) -> Check:
    """On the CPU, where the network must be; returns a look at what is held out."""
    learn_noise_words(network, training_sounds(corpus, 60 * WORD_MINUTES))
    sounds = held_out_sound(corpus, network.shape.hop)
    return fit_rate(network, sounds, recipe, recipe.kbps(network.shape.harmonics), torch.device("cpu"))
