"""A look at files that are not trained on: loss, bitrate and SNR through the real codes."""

from __future__ import annotations

import math
from dataclasses import dataclass

import numpy as np
import torch

from holostream.codec.dna import Dna
from holostream.format.rate_estimate import estimated_kbps
from holostream.network.export import TierNetwork
from holostream.training.corpus import SILENT_PEAK, Corpus
from holostream.training.recipe import Recipe
from holostream.training.signal_path import quality_loss, usable, whole_path
from holostream.training.training_error import diverged

HELD_OUT_SECONDS = 24.0
FIT_ROUNDS, FIT_TOLERANCE, FIT_LIMIT = 6, 0.01, 0.3


@dataclass(frozen=True)
class Check:
    """One look at the held-out files, with the averaged weights."""

    loss: float
    kbps: float
    snr_db: float


def held_out_sound(corpus: Corpus, hop: int) -> list[np.ndarray]:
    """Of held-out files some seconds each, from where they are no longer silent, as (1, samples) float32."""
    indices = np.flatnonzero(corpus.held_out)
    samples = int(HELD_OUT_SECONDS / len(indices) * corpus.rate)
    samples = max(samples, corpus.rate) // hop * hop
    parts = [_beginning(corpus.part(int(index)), samples) for index in indices[: max(1, int(HELD_OUT_SECONDS))]]
    return [part[np.newaxis, : len(part) // hop * hop] for part in parts if len(part) >= 4 * hop]


def _beginning(sound: np.ndarray, samples: int) -> np.ndarray:
    """Of (n,) sound; it is as long as it can be, so that one that comes late is not too short to look at."""
    begin = min(int(np.argmax(np.abs(sound) > SILENT_PEAK)), max(0, len(sound) - samples))
    return sound[begin : begin + samples]


def check(network: TierNetwork, sounds: list[np.ndarray], recipe: Recipe, device: torch.device) -> Check:
    """Loss, bitrate and SNR on held-out sound, through the real codes. Raises TrainingError if they are no numbers."""
    try:
        return _check(network, sounds, recipe, device)
    except IndexError as error:  # codes of what is no number
        raise diverged(network.shape.harmonics) from error


@torch.no_grad()
def _check(network: TierNetwork, sounds: list[np.ndarray], recipe: Recipe, device: torch.device) -> Check:
    network.eval()
    total, gains, amplitudes, phases, signal, noise = 0.0, [], [], [], 0.0, 0.0
    for sound in sounds:
        tensor = torch.from_numpy(sound).to(device)
        heard, gain, pairs = whole_path(network, tensor)
        heard, tensor = usable(network, heard, tensor)
        total += float(quality_loss(heard, tensor, recipe, network.shape.rate))
        codes = network.quantizer.quantize(pairs)
        gains.append(gain.cpu().numpy())
        amplitudes.append(codes[0].cpu().numpy())
        phases.append(codes[1].cpu().numpy())
        signal += float(tensor.square().sum())
        noise += float((tensor - heard).square().sum())
    network.train()
    if not math.isfinite(total + noise):
        raise diverged(network.shape.harmonics)
    dna = Dna(*(np.concatenate(parts, 1).astype(np.uint8) for parts in (gains, amplitudes, phases)))
    shape, tells = network.shape, network.encoder.noise is not None
    kbps = estimated_kbps(dna, shape.rate / shape.hop, shape.layers, tells, shape.split)
    return Check(total / len(sounds), kbps, 10 * math.log10(max(signal, 1e-12) / max(noise, 1e-12)))


@torch.no_grad()
def fit_rate(
    network: TierNetwork, sounds: list[np.ndarray], recipe: Recipe, target_kbps: float, device: torch.device
) -> Check:
    """Scale all steps of a trained network until these sounds cost `target_kbps`; the last look at them.

    The bitrate falls a little less than the steps grow; a few rounds meet it within a percent.
    """
    seen = check(network, sounds, recipe, device)
    for _ in range(FIT_ROUNDS):
        change = math.log(max(seen.kbps, 0.1) / target_kbps)
        if abs(change) < FIT_TOLERANCE:
            break
        network.quantizer.log_steps.add_(min(max(change, -FIT_LIMIT), FIT_LIMIT))
        seen = check(network, sounds, recipe, device)
    return seen
