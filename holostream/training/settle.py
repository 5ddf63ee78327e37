"""What a training finds in one go instead of in steps: the words that tell of noise, steps that cost its bitrate, and the
weight of the rate at which neither finer nor coarser steps pay."""

from __future__ import annotations

import numpy as np
import torch

from holostream.network.export import TierNetwork
from holostream.training.corpus import Corpus, training_sounds
from holostream.training.held_out import Check, fit_rate, held_out_sound
from holostream.training.noise_words import learn_noise_words
from holostream.training.recipe import Recipe
from holostream.training.signal_path import losses

WORD_MINUTES = 8.0
"""Of training sounds that the words are learned from."""
NUDGE = 0.06
"""By which steps are made finer and coarser to see what the rate is worth."""
LEAST_WEIGHT = 1e-4


def settle(network: TierNetwork, corpus: Corpus, recipe: Recipe) -> Check:
    """On the CPU, where the network must be; returns a look at what is held out."""
    learn_noise_words(network, training_sounds(corpus, 60 * WORD_MINUTES))
    sounds = held_out_sound(corpus, network.shape.hop)
    return fit_rate(network, sounds, recipe, recipe.kbps(network.shape.harmonics), torch.device("cpu"))


@torch.no_grad()
def balanced_rate_weight(network: TierNetwork, sounds: list[np.ndarray], recipe: Recipe, device: torch.device) -> float:
    """What a bit is worth where a training begins, from held-out sound: with this weight the sum of both losses is flat in
    the scale of all steps, so that the bitrate stays where it is while all else learns."""
    ends = []
    for nudge in (-NUDGE, NUDGE):
        network.quantizer.log_steps.add_(nudge)
        quality = cost = 0.0
        for sound in sounds:
            whole, without = losses(network, torch.from_numpy(sound).to(device), recipe, 1.0)
            quality, cost = quality + float(without), cost + float(whole - without)
        network.quantizer.log_steps.sub_(nudge)
        ends.append((quality, cost))
    (fine, dear), (coarse, cheap) = ends
    return max(LEAST_WEIGHT, (coarse - fine) / max(dear - cheap, 1e-9))
