"""Loudness as the ear has it: nothing for the same sound, more for more noise, added noise worse than missing sound."""

from __future__ import annotations

import numpy as np
import pytest
import torch

from holostream.training.loudness import band_powers, bark_bands, loudness, loudness_loss
from tests.speech import speech

RATE = 48000


@pytest.fixture(scope="module")
def sound() -> torch.Tensor:
    return torch.from_numpy(speech(1.0, RATE, 3)[np.newaxis])


def noise_like(sound: torch.Tensor) -> torch.Tensor:
    return torch.randn(sound.shape, generator=torch.Generator().manual_seed(1))


def test_every_band_hears_something():
    shares, threshold, _ = bark_bands(RATE)
    assert (shares.sum(0) > 0.5).all()
    assert (threshold > 0).all()


def test_the_ear_is_most_sensitive_near_3_khz():
    _, threshold, _ = bark_bands(RATE)
    powers = band_powers(torch.sin(2 * np.pi * 3300 / RATE * torch.arange(RATE))[None], RATE)
    assert abs(int(threshold.argmin()) - int(powers.mean(1).argmax())) <= 2


def test_band_powers_are_those_of_the_sound():
    power = band_powers(torch.sin(2 * np.pi * 1000 / RATE * torch.arange(RATE))[None], RATE)[0, 4:-4]
    assert torch.allclose(power.sum(-1), torch.tensor(0.5), rtol=0.05)


def test_ten_decibels_more_are_about_twice_as_loud():
    threshold = torch.tensor(1.0)
    ratio = loudness(torch.tensor(1e7), threshold) / loudness(torch.tensor(1e6), threshold)
    assert 1.6 < float(ratio) < 2.1
    assert float(loudness(torch.tensor(0.5), threshold)) == 0


def test_the_same_sound_costs_nothing_and_more_noise_more(sound):
    noise = noise_like(sound)
    costs = [float(loudness_loss(sound + level * noise, sound, RATE)) for level in (0.0, 0.001, 0.01, 0.1)]
    assert costs[0] < 2e-4
    assert costs == sorted(costs)


def test_what_was_added_is_worse_than_what_is_missing(sound):
    tone = 0.05 * torch.sin(2 * np.pi * 5000 / RATE * torch.arange(sound.shape[1]))
    assert float(loudness_loss(sound + tone, sound, RATE)) > 2 * float(loudness_loss(sound, sound + tone, RATE))


def test_neither_level_nor_phase_counts(sound):
    half, degraded = 0.1 * sound, sound + 0.02 * noise_like(sound)
    assert float(loudness_loss(0.1 * degraded, half, RATE)) == pytest.approx(
        float(loudness_loss(degraded, sound, RATE)), rel=0.02
    )
    assert float(loudness_loss(-sound, sound, RATE)) < 2e-4


@pytest.mark.parametrize("level", [0.0, 1e-20, 1.0, 100.0])
def test_gradients_are_finite_at_any_level(level):
    ours = torch.full((1, 9600), level).requires_grad_()
    loudness_loss(ours, torch.zeros(1, 9600), RATE).backward()
    assert ours.grad is not None
    assert torch.isfinite(ours.grad).all()
