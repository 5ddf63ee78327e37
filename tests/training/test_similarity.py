"""Similarity as a loss: nothing for the same sound, near the measure it stands in for, and it minds what is quiet."""

from __future__ import annotations

import numpy as np
import pytest
import torch
from visqol import VisqolApi

from holostream.training.similarity import ALL, SPEECH, gammatone_bands, neurogram, similarity, similarity_loss
from tests.speech import speech

RATE = 48000


@pytest.fixture(scope="module")
def sound() -> torch.Tensor:
    """One lane of three seconds."""
    return torch.from_numpy(speech(3.0, RATE, 3)[np.newaxis])


def noise_like(sound: torch.Tensor) -> torch.Tensor:
    return torch.randn(sound.shape, generator=torch.Generator().manual_seed(1))


@pytest.mark.parametrize(("bands", "highest"), [SPEECH, ALL])
def test_bands_lie_within_the_range_and_pass_their_centre(bands: int, highest: float) -> None:
    responses = gammatone_bands(bands, highest, 1921, RATE)
    centres = responses.argmax(0) * (RATE / 2 / 1920)
    assert (responses.amax(0) > 0.8).all()
    assert centres.tolist() == sorted(centres.tolist(), reverse=True)
    assert centres[-1] == pytest.approx(50, abs=13)
    assert 0.8 * highest < centres[0] < highest


def test_the_same_sound_is_alike(sound: torch.Tensor) -> None:
    assert abs(similarity_loss(sound, sound, RATE)) < 1e-3


def test_another_sound_is_not(sound: torch.Tensor) -> None:
    assert similarity_loss(0.1 * noise_like(sound), sound, RATE) > 0.8


@pytest.mark.parametrize("noise", [0.0003, 0.001, 0.003, 0.01])
def test_it_is_near_the_measure(sound: torch.Tensor, noise: float) -> None:
    noisy = sound + noise * noise_like(sound)
    measure = VisqolApi()
    measure.create(mode="audio")
    measured = measure.measure_from_arrays(sound[0].numpy().astype(float), noisy[0].numpy().astype(float), RATE).vnsim
    ours = similarity(neurogram(noisy, RATE, *ALL), neurogram(sound, RATE, *ALL)).mean()
    assert float(ours) == pytest.approx(measured, abs=0.1)


def test_more_noise_is_less_alike(sound: torch.Tensor) -> None:
    lost = [float(similarity_loss(sound + n * noise_like(sound), sound, RATE)) for n in (0.0, 0.0003, 0.003, 0.03)]
    assert lost == sorted(lost)
    assert lost[1] > 0.02  # a noise of -70 dBFS, heard in all that is quiet


def test_silence_has_a_finite_gradient_and_what_is_too_short_loses_nothing(sound: torch.Tensor) -> None:
    heard = torch.zeros_like(sound).requires_grad_()
    similarity_loss(heard, torch.zeros_like(sound), RATE).backward()
    assert heard.grad is not None
    assert heard.grad.isfinite().all()
    assert similarity_loss(0 * sound[:, :2000], sound[:, :2000], RATE) == 0
