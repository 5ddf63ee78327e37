"""What training minimizes: the ear's picture of the error, and the waveform's error.

Spectral terms are the multi-scale log-mel and log-magnitude distances that neural codecs are trained with (Engel et
al. 2020; Defossez et al. 2022), with a floor so that digital silence has no gradient of its own.
"""

from __future__ import annotations

from functools import cache

import torch
from torch import Tensor

SCALES = ((2048, 80), (1024, 64), (512, 48), (256, 24), (128, 12))
"""Window in samples and mel bands of each scale, at 48 kHz; hops are a quarter of the window."""
MEL_FLOOR = 1e-4
MAGNITUDE_FLOOR = 1e-3
COMPANDED_WINDOW = 512


@cache
def mel_bands(bands: int, window: int, rate: int) -> Tensor:
    """(window / 2 + 1, bands) triangular bands, equally wide on the mel scale (O'Shaughnessy 1987), unit peak."""
    top = 2595 * torch.log10(torch.tensor(1 + rate / 2 / 700))
    edges = 700 * (10 ** (torch.linspace(0, float(top), bands + 2) / 2595) - 1)
    frequency = torch.linspace(0, rate / 2, window // 2 + 1).unsqueeze(1)
    rise = (frequency - edges[:-2]) / (edges[1:-1] - edges[:-2])
    fall = (edges[2:] - frequency) / (edges[2:] - edges[1:-1])
    weights = torch.clamp(torch.minimum(rise, fall), min=0)
    # A band narrower than a bin still hears the bin it lies in.
    nearest = torch.round(edges[1:-1] / (rate / 2) * (window // 2)).long()
    empty = weights.sum(0) == 0
    weights[nearest[empty], torch.nonzero(empty).flatten()] = 1.0
    return weights


def magnitudes(sound: Tensor, window: int) -> Tensor:
    """(lanes, samples) -> (lanes, frames, window / 2 + 1) magnitudes of a Hann-windowed transform, full-scale sine = 1/2."""
    shape = torch.hann_window(window, dtype=sound.dtype, device=sound.device)
    spectrum = torch.stft(sound, window, window // 4, window=shape, center=True, return_complex=True)
    power = spectrum.real.square() + spectrum.imag.square()
    return torch.sqrt(power + 1e-12).transpose(1, 2) * (2 / window)


def spectral_losses(sound: Tensor, target: Tensor, rate: int) -> tuple[Tensor, Tensor]:
    """Mean log-mel and log-magnitude distances over all scales, in nepers."""
    mel, magnitude = sound.new_zeros(()), sound.new_zeros(())
    for window, bands in SCALES:
        ours, theirs = magnitudes(sound, window), magnitudes(target, window)
        weights = mel_bands(bands, window, rate).to(sound)
        difference = torch.log(ours @ weights + MEL_FLOOR) - torch.log(theirs @ weights + MEL_FLOOR)
        mel = mel + difference.abs().mean()
        magnitude = magnitude + (torch.log(ours + MAGNITUDE_FLOOR) - torch.log(theirs + MAGNITUDE_FLOOR)).abs().mean()
    return mel / len(SCALES), magnitude / len(SCALES)


@cache
def ear_weights(window: int, rate: int) -> Tensor:
    """(window / 2 + 1,) how much of the ear's scale a bin covers, in the mean 1: the inverse of the equivalent rectangular
    bandwidth (Glasberg & Moore 1990)."""
    frequency = torch.linspace(0, rate / 2, window // 2 + 1)
    weights = 1 / (24.7 * (4.37e-3 * frequency + 1))
    return weights / weights.mean()


def companded_loss(sound: Tensor, target: Tensor, rate: int) -> Tensor:
    """Mean distance of short spectra whose magnitudes are raised to the power 0.3 and whose phases stay, relative to
    the segment's level: an error counts by how far it is from what masks it, in phase too (as in speech enhancement,
    Ephrat et al. 2018). Bins count by what they cover of the ear's scale: all alike, two thirds of them would
    be above 8 kHz, where phases cannot be told and silence would be the best guess."""
    level = target.square().mean(-1, keepdim=True).sqrt() + 1e-4
    window = torch.hann_window(COMPANDED_WINDOW, dtype=sound.dtype, device=sound.device)
    spectra = []
    for samples in (sound, target):
        spectrum = torch.view_as_real(
            torch.stft(samples / level, COMPANDED_WINDOW, COMPANDED_WINDOW // 4, window=window, return_complex=True)
        )
        spectrum = spectrum * (2 / COMPANDED_WINDOW)
        spectra.append(spectrum * (spectrum.square().sum(-1, keepdim=True) + 1e-6) ** -0.35)
    weights = ear_weights(COMPANDED_WINDOW, rate).to(sound).reshape(-1, 1, 1)
    return ((spectra[0] - spectra[1]).abs() * weights).mean()


def wave_loss(sound: Tensor, target: Tensor) -> Tensor:
    """Log of the error's share of each segment's energy: minus its SNR, in nepers of amplitude."""
    energy = target.square().mean(-1)
    error = (sound - target).square().mean(-1)
    return 0.5 * torch.log((error + 1e-8) / (energy + 1e-8) + 1e-6).mean()
