"""The input guard: whatever a microphone sends, a codec sees clean samples."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from hypothesis.extra.numpy import arrays

from holostream.engine.input_guard import CUTOFF_HZ, LOUDEST, InputGuard
from tests.speech import speech

HOP, RATE = 128, 48000


def guard(lanes: int = 1) -> InputGuard:
    return InputGuard(lanes, HOP, RATE)


def cleaned(guard: InputGuard, sound: np.ndarray) -> np.ndarray:
    return np.concatenate(
        [guard.clean(sound[:, at : at + HOP]) for at in range(0, sound.shape[1], HOP)], axis=1
    )


def recursive(sound: np.ndarray) -> np.ndarray:
    """y[n] = x[n] - x[n-1] + r y[n-1], sample by sample in double precision."""
    r, before, last = np.exp(-2 * np.pi * CUTOFF_HZ / RATE), np.zeros(len(sound)), np.zeros(len(sound))
    out = np.empty(sound.shape)
    for n in range(sound.shape[1]):
        last = sound[:, n] - before + r * last
        before, out[:, n] = sound[:, n], last
    return out


def test_it_is_the_filter_it_says() -> None:
    sound = np.stack([speech(0.5, RATE, seed)[: 180 * HOP] + 0.1 for seed in (1, 2)])
    heard = cleaned(guard(2), sound)
    assert heard.dtype == np.float32
    assert np.abs(heard - recursive(sound)).max() < 1e-5


def test_an_offset_goes_and_sound_stays() -> None:
    sound = (0.3 + 0.2 * np.sin(2 * np.pi * 440 * np.arange(400 * HOP) / RATE)).astype(np.float32)[np.newaxis]
    late = cleaned(guard(), sound)[:, 300 * HOP :]
    assert abs(late.mean()) < 1e-3
    assert np.abs(late - (sound[:, 300 * HOP :] - 0.3)).max() < 0.01


@pytest.mark.parametrize("bad", [np.nan, np.inf, -np.inf, LOUDEST, -1e30, 3e38])
def test_a_bad_sample_becomes_silence_and_is_counted(bad: float) -> None:
    sound = np.zeros((2, 3 * HOP), np.float32)
    sound[1, 200] = bad
    cleaner = guard(2)
    heard = cleaned(cleaner, sound)
    assert not heard.any()
    assert cleaner.bad_samples == 1


@given(st.lists(arrays(np.float32, (2, 16), elements=st.floats(width=32)), min_size=1, max_size=5))
def test_any_samples_come_out_finite_and_counted(hops: list[np.ndarray]) -> None:
    cleaner = InputGuard(2, 16, RATE)
    for samples in hops:
        before = samples.copy()
        heard = cleaner.clean(samples)
        assert heard.shape == (2, 16)
        assert heard.dtype == np.float32
        assert np.isfinite(heard).all()
        assert np.abs(heard).max() <= 2 * LOUDEST
        assert np.array_equal(samples, before, equal_nan=True)
    bad = sum(int(np.sum(~(np.abs(samples) < LOUDEST))) for samples in hops)
    assert cleaner.bad_samples == bad


def test_silence_after_sound_becomes_exactly_silent() -> None:
    """No denormals for the network to be slow on."""
    cleaner = guard()
    cleaned(cleaner, np.full((1, 10 * HOP), 0.5, np.float32))
    for _ in range(3000):
        heard = cleaner.clean(np.zeros((1, HOP), np.float32))
        magnitudes = np.abs(heard[heard != 0])
        assert magnitudes.min(initial=1.0) > np.finfo(np.float32).tiny
    assert not heard.any()


def test_denormals_are_silence() -> None:
    assert not guard().clean(np.full((1, HOP), 1e-40, np.float32)).any()
