"""Intelligibility as a loss: nothing for the same sound however loud, all for another, near the measure it stands in for."""

from __future__ import annotations

import numpy as np
import pytest
import torch
from pystoi import stoi

from holostream.training.intelligibility import BANDS, SPAN, intelligibility_loss, spans, third_octaves
from tests.speech import speech

RATE = 48000


@pytest.fixture(scope="module")
def sound() -> torch.Tensor:
    return torch.from_numpy(speech(2.0, RATE, 3)[np.newaxis])


def noise_like(sound: torch.Tensor) -> torch.Tensor:
    return torch.randn(sound.shape, generator=torch.Generator().manual_seed(1))


def test_every_band_hears_something_and_no_bin_is_in_two() -> None:
    bands = third_octaves(1229, RATE)
    assert (bands.sum(0) > 0).all()
    assert bands.sum(1).max() == 1


def test_the_same_sound_loses_nothing_however_loud(sound: torch.Tensor) -> None:
    assert intelligibility_loss(sound, sound, RATE) < 0.15  # pauses say nothing, and are counted
    assert abs(intelligibility_loss(2 * sound, sound, RATE) - intelligibility_loss(sound, sound, RATE)) < 0.02


def test_another_sound_loses_all(sound: torch.Tensor) -> None:
    assert intelligibility_loss(0.1 * noise_like(sound), sound, RATE) > 0.85


@pytest.mark.parametrize("noise", [0.003, 0.01, 0.03])
def test_it_is_near_the_measure(sound: torch.Tensor, noise: float) -> None:
    noisy = sound + noise * noise_like(sound)
    measured = stoi(sound[0].numpy(), noisy[0].numpy(), RATE, extended=True)
    assert 1 - float(intelligibility_loss(noisy, sound, RATE)) == pytest.approx(measured, abs=0.15)


def test_more_noise_loses_more(sound: torch.Tensor) -> None:
    lost = [float(intelligibility_loss(sound + n * noise_like(sound), sound, RATE)) for n in (0.0, 0.003, 0.01, 0.03, 0.1)]
    assert lost == sorted(lost)


def test_spans_are_normalized(sound: torch.Tensor) -> None:
    found = spans(sound / sound.square().mean().sqrt(), RATE)
    assert found.shape[2:] == (BANDS, SPAN)
    assert found.sum(2).abs().max() < 1e-4
    assert found.square().sum(2).max() <= 1 + 1e-4


def test_silence_and_what_is_too_short_have_a_gradient_all_the_same(sound: torch.Tensor) -> None:
    heard = torch.zeros_like(sound).requires_grad_()
    intelligibility_loss(heard, torch.zeros_like(sound), RATE).backward()
    assert heard.grad is not None
    assert heard.grad.isfinite().all()
    assert intelligibility_loss(sound[:, :9000], sound[:, :9000], RATE) == 0
