"""How differently loud two sounds are to the ear, band by band: what perceptual measures such as PESQ count.

Band powers become loudness by the hearing threshold and a power law (Zwicker & Fastl 1990); differences that are small beside
the loudness itself are not heard, and what was added disturbs more than what is missing (ITU-T P.862, 2001; as a training
loss Martin-Donas et al. 2018). Phases do not count, so this goes beside losses that hold the waveform.
"""

from __future__ import annotations

from functools import cache

import torch
from torch import Tensor

WINDOW = 1536
BANDS, LOWEST, HIGHEST = 56, 50.0, 16_000.0
LEVEL_DB = 79.0
"""Sound pressure level that a segment is heard at."""
EXPONENT = 0.23
UNHEARD = 0.25
"""Share of the smaller loudness below which a difference is not heard."""
ADDED_POWER, ADDED_FLOOR, ADDED_LEAST, ADDED_MOST = 1.2, 400.0, 3.0, 12.0
"""What was added counts as many times as the power ratio to this power; below the least factor not as added at all."""
SYMMETRIC, ADDED = 0.1, 0.0309
"""What a unit of each disturbance takes from a mean opinion score."""


@cache
def bark_bands(rate: int) -> tuple[Tensor, Tensor, Tensor]:
    """(window / 2 + 1, bands) share of each bin in each band, equally wide in Bark (Traunmueller 1990); (bands,) power at the
    hearing threshold in units of 0 dB (Terhardt 1979); the bands' width in Bark."""
    frequency = torch.linspace(0, rate / 2, WINDOW // 2 + 1)
    bark = 26.81 * frequency / (1960 + frequency) - 0.53
    low, high = (26.81 * hz / (1960 + hz) - 0.53 for hz in (LOWEST, HIGHEST))
    width = (high - low) / BANDS
    centre = low + width * (torch.arange(BANDS) + 0.5)
    # Triangles that overlap, the narrowest wide enough for a bin: every band hears something.
    shares = torch.clamp(1 - (bark[:, None] - centre).abs() / width, min=0)
    khz = 1.96 * (centre + 0.53) / (26.28 - centre)
    threshold = 3.64 * khz**-0.8 - 6.5 * torch.exp(-0.6 * (khz - 3.3) ** 2) + 1e-3 * khz**4
    return shares, 10 ** (threshold.clamp(max=60.0) / 10), torch.tensor(width)


def band_powers(sound: Tensor, rate: int) -> Tensor:
    """(lanes, samples) -> (lanes, frames, bands) power, a sound of rms 1 has 1 in all."""
    window = torch.hann_window(WINDOW, dtype=sound.dtype, device=sound.device)
    spectrum = torch.stft(sound, WINDOW, WINDOW // 4, window=window, return_complex=True)
    power = (spectrum.real.square() + spectrum.imag.square()).transpose(1, 2)
    return power @ bark_bands(rate)[0].to(sound) * (2 / window.square().sum() / WINDOW)


def loudness(power: Tensor, threshold: Tensor) -> Tensor:
    """(..., bands) power in units of 0 dB -> sone per Bark."""
    return 0.08 * threshold**EXPONENT * torch.clamp((0.5 + 0.5 * power / threshold) ** EXPONENT - 1, min=0)


def loudness_loss(sound: Tensor, target: Tensor, rate: int) -> Tensor:
    """(lanes, samples) each -> what the difference takes from a mean opinion score, in the mean over frames."""
    _, threshold, width = (value.to(sound) for value in bark_bands(rate))
    level = target.square().mean(-1, keepdim=True).sqrt() + 1e-4
    scale = 10 ** (LEVEL_DB / 10)
    ours, theirs = (band_powers(samples / level, rate) * scale for samples in (sound, target))
    heard, meant = loudness(ours, threshold), loudness(theirs, threshold)
    difference = heard - meant
    disturbance = torch.sign(difference) * torch.relu(difference.abs() - UNHEARD * torch.minimum(heard, meant))
    factor = ((ours + ADDED_FLOOR) / (theirs + ADDED_FLOOR)) ** ADDED_POWER
    factor = torch.where(factor < ADDED_LEAST, 0.0, factor.clamp(max=ADDED_MOST))
    symmetric = torch.sqrt((disturbance.square() * width).sum(-1) + 1e-6)
    added = (disturbance.abs() * factor * width).sum(-1)
    return (SYMMETRIC * symmetric + ADDED * added).mean()
