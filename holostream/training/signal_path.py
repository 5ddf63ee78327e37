"""A segment through encoder, quantizer and vocoder in torch, and what it costs: the same path as the exported graphs."""

from __future__ import annotations

import torch
from torch import Tensor

from holostream.network.export import TierNetwork
from holostream.training.intelligibility import intelligibility_loss
from holostream.training.losses import companded_loss, spectral_losses, wave_loss
from holostream.training.loudness import loudness_loss
from holostream.training.rate_loss import code_bits
from holostream.training.recipe import Recipe
from holostream.training.similarity import similarity_loss


def whole_path(network: TierNetwork, sound: Tensor) -> tuple[Tensor, Tensor, Tensor]:
    """(lanes, frames * hop) sound -> what the vocoder makes of it, aligned with it, and its gain codes and pairs before
    the quantizer. The last chunk has no successor to overlap with, so the last chunk's samples are not to be trusted."""
    shape = network.shape
    overlap = shape.chunk - shape.hop
    padded = torch.nn.functional.pad(sound, (overlap, 0))
    chunks = padded.unfold(-1, shape.chunk, shape.hop)
    lanes = sound.shape[0]
    gains, pairs, _ = network.encoder.pairs(chunks, network.encoder.initial_state(lanes).to(sound))
    # A network has to know the noise beside it; the linear path alone is better trained without.
    noise = None
    if network.encoder.noise is not None and shape.width:
        with torch.no_grad():
            places = network.quantizer.places(*network.quantizer.quantize(pairs))
            # Anywhere in a session, and the same when a training is resumed: as many hops after its start as gains sum up to.
            hops = (gains.sum(1, keepdim=True) + torch.arange(gains.shape[1], device=gains.device)).int()
            noise = network.encoder.noise(places, hops, network.quantizer.log_steps.exp())
    decoded = network.quantizer(pairs) * network.vocoder.sounding
    out, _ = network.vocoder.chunks(gains, decoded, network.vocoder.stack.initial_state(lanes).to(sound), noise)
    length = (out.shape[1] - 1) * shape.hop + shape.synthesis
    folded = torch.nn.functional.fold(
        out.transpose(1, 2), (1, length), (1, shape.synthesis), stride=(1, shape.hop)
    ).reshape(lanes, length)
    return folded[:, overlap : overlap + sound.shape[1]], gains, pairs


def losses(network: TierNetwork, sound: Tensor, recipe: Recipe, rate_weight: float) -> tuple[Tensor, Tensor]:
    """The loss that is minimized and its part without the rate."""
    heard, _, pairs = whole_path(network, sound)
    quality = quality_loss(*usable(network, heard, sound), recipe, network.shape.rate)
    return quality + rate_weight * code_bits(pairs, network.quantizer), quality


def usable(network: TierNetwork, heard: Tensor, sound: Tensor) -> tuple[Tensor, Tensor]:
    """Of both what is to be trusted, see `whole_path`."""
    length = heard.shape[1] - network.shape.chunk
    return heard[:, :length], sound[:, :length]


def quality_loss(heard: Tensor, target: Tensor, recipe: Recipe, rate: int) -> Tensor:
    """How much worse (lanes, samples) sound `heard` than its `target`, in the terms that the recipe weighs."""
    mel, magnitude = spectral_losses(heard, target, rate)
    quality = recipe.mel_weight * mel + recipe.magnitude_weight * magnitude
    if recipe.companded_weight:
        quality = quality + recipe.companded_weight * companded_loss(heard, target, rate)
    if recipe.loudness_weight:
        quality = quality + recipe.loudness_weight * loudness_loss(heard, target, rate)
    if recipe.intelligibility_weight:
        lost = intelligibility_loss(heard, target, rate)
        quality = quality + recipe.intelligibility_weight * lost
    if recipe.similarity_weight:
        quality = quality + recipe.similarity_weight * similarity_loss(heard, target, rate)
    if recipe.wave_weight:
        quality = quality + recipe.wave_weight * wave_loss(heard, target)
    return quality
