"""How much of speech's intelligibility is lost: the extended short-time objective intelligibility (Jensen & Taal 2016) as a loss.

Envelopes of third-octave bands over 0.4 s are compared, each span normalized over time and then over bands: so it counts how
bands rise and fall together, not how loud they are. Phases do not count, so this goes beside losses that hold the waveform.
"""

from __future__ import annotations

from functools import cache

import torch
from torch import Tensor

WINDOW_SECONDS = 0.0256
"""Of a Hann window; windows overlap by half."""
PADDED = 2
"""A window is transformed in so many times its length."""
BANDS, LOWEST = 15, 150.0
"""Third octaves, the first centred there."""
SPAN = 30
"""Windows that are compared together."""
FLOOR = 1.0
"""Of envelopes, some 46 dB below those of speech at its mean level: what varies less says nothing."""


@cache
def third_octaves(bins: int, rate: int) -> Tensor:
    """(bins, bands) 1 where a bin of a transform up to rate / 2 lies in a band."""
    frequency = torch.linspace(0, rate / 2, bins).unsqueeze(1)
    centre = LOWEST * 2 ** (torch.arange(BANDS) / 3)
    return ((frequency >= centre * 2 ** (-1 / 6)) & (frequency < centre * 2 ** (1 / 6))).float()


def spans(sound: Tensor, rate: int) -> Tensor:
    """(lanes, samples) -> of rms 1 or so -> (lanes, spans, bands, SPAN) normalized envelopes; no spans if too short."""
    window = round(WINDOW_SECONDS * rate / 2) * 2
    length = PADDED * window
    if sound.shape[1] < length + (SPAN - 1) * (window // 2):
        return sound.new_zeros(len(sound), 0, BANDS, SPAN)
    shape = torch.hann_window(window, dtype=sound.dtype, device=sound.device)
    spectrum = torch.stft(sound, length, window // 2, window, shape, center=False, return_complex=True)
    power = (spectrum.real.square() + spectrum.imag.square()).transpose(1, 2)
    envelopes = torch.sqrt(power @ third_octaves(power.shape[2], rate).to(sound) + FLOOR)
    return _normalized(_normalized(envelopes.unfold(1, SPAN, 1), 3, SPAN * FLOOR), 2, 1e-3)


def intelligibility_loss(sound: Tensor, target: Tensor, rate: int) -> Tensor:
    """(lanes, samples) each -> 0 where all spans correlate, 1 where they have nothing to do with each other."""
    level = target.square().mean(-1, keepdim=True).sqrt() + 1e-4
    heard, meant = spans(sound / level, rate), spans(target / level, rate)
    if not heard.shape[1]:
        return sound.new_zeros(())
    return 1 - (heard * meant).sum(2).mean()


def _normalized(values: Tensor, axis: int, least: float) -> Tensor:
    values = values - values.mean(axis, keepdim=True)
    return values / torch.sqrt(values.square().sum(axis, keepdim=True) + least)
