"""How similar two sounds look to an ear: the neurogram similarity of ViSQOL (Hines et al. 2015, Chinen et al. 2020) as a loss.

Spectrograms of gammatone bands in decibels, 80 ms wide, are compared place by place with what is around them: whether levels
rise and fall together there. It does not matter how loud a place is, so what is quiet counts as much as what is loud. Phases
do not count, so this goes beside losses that hold the waveform.
"""

from __future__ import annotations

from functools import cache

import torch
from torch import Tensor

WINDOW_SECONDS = 0.08
"""Of a Hann window; the next one begins a quarter of it later."""
LOWEST = 50.0
NARROWEST, SHARPNESS = 24.7, 9.26449
"""Of equivalent rectangular bandwidths, frequency / SHARPNESS + NARROWEST in Hz (Glasberg & Moore 1990)."""
SPEECH, ALL = (21, 8000.0), (32, 24000.0)
"""How many bands up to which frequency, as the measure has them for speech and for any sound."""
FLOOR = 1e-9
"""Mean square, -90 dB: what is below is silence."""
WEIGHTS = ((0.0113, 0.0838, 0.0113), (0.0838, 0.6195, 0.0838), (0.0113, 0.0838, 0.0113))
"""Of a place and of those around it."""
SAME_LEVEL, SAME_SHAPE = 1e-4, 4.5e-4
"""What keeps quotients of nothing at 1."""
FLAT = SAME_SHAPE / 10
"""A spread from which on it is followed: at none at all a root has no slope."""


@cache
def gammatone_bands(bands: int, highest: float, bins: int, rate: int) -> Tensor:
    """(bins, bands) power responses of gammatone filters of fourth order, equally spaced on the scale of equivalent rectangular
    bandwidths, the highest first, for a transform up to rate / 2."""
    corner = NARROWEST * SHARPNESS
    place = torch.arange(1, bands + 1, dtype=torch.float64) / bands
    ends = torch.log(torch.tensor([LOWEST + corner, min(highest, rate / 2) + corner], dtype=torch.float64))
    centre = torch.exp(ends[1] + place * (ends[0] - ends[1])) - corner
    width = 1.019 * (centre / SHARPNESS + NARROWEST)
    frequency = torch.linspace(0, rate / 2, bins, dtype=torch.float64).unsqueeze(1)
    return ((1 + ((frequency - centre) / width).square()) ** -4).float()


def neurogram(sound: Tensor, rate: int, bands: int, highest: float) -> Tensor:
    """(lanes, samples) -> (lanes, 1, frames, bands) levels in steps of 2 dB above silence; no frames if too short."""
    window = round(WINDOW_SECONDS * rate / 4) * 4
    if sound.shape[1] < window:
        return sound.new_zeros(len(sound), 1, 0, bands)
    shape = torch.hann_window(window, dtype=sound.dtype, device=sound.device)
    spectrum = torch.stft(sound, window, window // 4, window=shape, center=False, return_complex=True)
    power = (spectrum.real.square() + spectrum.imag.square()).transpose(1, 2) * (2 / window**2)
    energies = power @ gammatone_bands(bands, highest, power.shape[2], rate).to(sound)
    return 5 * torch.log10(energies / FLOOR + 1).unsqueeze(1)


def similarity(heard: Tensor, meant: Tensor) -> Tensor:
    """(lanes, 1, frames, bands) each -> (lanes, 1, frames, bands), 1 where they are the same."""
    heard, meant = heard.double(), meant.double()  # differences of squares
    kernel = heard.new_tensor(WEIGHTS).reshape(1, 1, 3, 3)

    def around(values: Tensor) -> Tensor:
        return torch.nn.functional.conv2d(torch.nn.functional.pad(values, (1, 1, 1, 1), "replicate"), kernel)

    mean_heard, mean_meant = around(heard), around(meant)
    level = (2 * mean_heard * mean_meant + SAME_LEVEL) / (mean_heard.square() + mean_meant.square() + SAME_LEVEL)
    spread_heard = around(heard.square()) - mean_heard.square()
    spread_meant = around(meant.square()) - mean_meant.square()
    both = around(heard * meant) - mean_heard * mean_meant
    spread = torch.sqrt(spread_heard.clamp(min=0) * spread_meant.clamp(min=0) + FLAT**2) - FLAT
    return level * (both + SAME_SHAPE) / (spread + SAME_SHAPE)


def similarity_loss(sound: Tensor, target: Tensor, rate: int) -> Tensor:
    """(lanes, samples) each -> 0 where both look the same, in the bands for speech and in those for any sound alike."""
    unlike = sound.new_zeros(())
    for bands, highest in (SPEECH, ALL):
        heard, meant = neurogram(sound, rate, bands, highest), neurogram(target, rate, bands, highest)
        if heard.shape[2]:
            unlike = unlike + 1 - similarity(heard, meant).mean().to(sound)
    return unlike / 2
