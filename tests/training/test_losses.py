"""Losses: zero for the same sound, larger for a worse one, finite gradients everywhere."""

from __future__ import annotations

import itertools

import numpy as np
import pytest
import torch

from holostream.training.losses import mel_bands, spectral_losses, wave_loss
from tests.speech import speech


@pytest.fixture(scope="module")
def sound() -> torch.Tensor:
    return torch.from_numpy(speech(1.0, 48000, 3)[np.newaxis])


def test_the_same_sound_costs_nothing(sound):
    mel, magnitude = spectral_losses(sound, sound, 48000)
    assert float(mel) == float(magnitude) == 0.0
    assert float(wave_loss(sound, sound)) < -5


def test_more_noise_costs_more(sound):
    noise = torch.randn(sound.shape, generator=torch.Generator().manual_seed(1))
    costs = [
        (*map(float, spectral_losses(sound + level * noise, sound, 48000)), float(wave_loss(sound + level * noise, sound)))
        for level in (0.001, 0.01, 0.1)
    ]
    assert costs == sorted(costs)
    assert all(a[i] < b[i] for a, b in itertools.pairwise(costs) for i in range(3))


def test_wave_loss_is_minus_the_snr(sound):
    assert float(wave_loss(sound * 0.9, sound)) == pytest.approx(np.log(0.1), abs=0.05)


@pytest.mark.parametrize("level", [0.0, 1e-20, 1.0, 100.0])
def test_gradients_are_finite_at_any_level(level):
    target = torch.zeros(1, 9600)
    ours = (torch.full((1, 9600), level)).requires_grad_()
    mel, magnitude = spectral_losses(ours, target, 48000)
    (mel + magnitude + wave_loss(ours, target)).backward()
    assert torch.isfinite(ours.grad).all()


def test_every_mel_band_hears_something():
    for bands, window in ((80, 2048), (64, 1024), (12, 128)):
        assert (mel_bands(bands, window, 48000).sum(0) > 0).all()
