"""A codec's delay is found to the sample, whatever it did to the sound, and taken away."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from holostream.bench.alignment import aligned, lag_samples
from tests.speech import speech

RATE = 48000
VOICE = speech(1.5, RATE, 8)


def delayed(sound: np.ndarray, lag: int) -> np.ndarray:
    return np.pad(sound, (lag, 0)) if lag >= 0 else sound[-lag:]


@settings(max_examples=25, deadline=None)
@given(lag=st.integers(-7000, 7000), gain=st.floats(0.1, 2.0), noise=st.floats(0, 0.02))
def test_any_delay_is_found(lag, gain, noise):
    random = np.random.default_rng(abs(lag))
    moved = delayed(VOICE, lag)
    late = (gain * moved + noise * random.standard_normal(len(moved))).astype(np.float32)
    assert lag_samples(VOICE, late, RATE) == lag
    back = aligned(late, lag, len(VOICE))
    assert back.shape == VOICE.shape
    inside = slice(max(0, -lag), min(len(VOICE), len(late) - lag))
    assert np.allclose(back[inside], gain * VOICE[inside], atol=6 * noise + 1e-6)


def test_a_band_limited_sound_is_aligned_too():
    spectrum = np.fft.rfft(VOICE)
    spectrum[len(spectrum) // 8 :] = 0
    assert abs(lag_samples(VOICE, delayed(np.fft.irfft(spectrum, len(VOICE)), 1234), RATE) - 1234) <= 1


def test_a_sound_that_only_shares_the_envelope_is_aligned_by_it():
    """As a parametric codec's: noise in the shape of the voice."""
    width = 400
    shape = np.sqrt(np.convolve(VOICE.astype(np.float64) ** 2, np.ones(width) / width, "same"))
    other = shape * np.random.default_rng(4).standard_normal(len(shape))
    assert abs(lag_samples(VOICE, delayed(other, 2000), RATE) - 2000) < 0.005 * RATE


def test_nothing_in_common_is_not_moved():
    assert lag_samples(VOICE, np.zeros_like(VOICE), RATE) == 0
    assert lag_samples(np.zeros_like(VOICE), VOICE, RATE) == 0


@pytest.mark.parametrize(("lag", "length", "expected"), [
    (2, 4, [3, 4, 5, 0]), (0, 3, [1, 2, 3]), (-2, 5, [0, 0, 1, 2, 3]), (9, 2, [0, 0])
])  # fmt: skip
def test_moving_and_cutting(lag, length, expected):
    assert aligned(np.arange(1, 6), lag, length).tolist() == expected
