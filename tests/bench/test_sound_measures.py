"""Measures of closeness: perfect for the same sound, known values for known errors, worse for worse."""

from __future__ import annotations

import numpy as np
import pytest

from holostream.bench.sound_measures import log_spectral_distance_db, mel_distance, si_sdr_db, snr_db
from tests.speech import speech

RATE = 48000


@pytest.fixture(scope="module")
def sound() -> np.ndarray:
    return speech(1.0, RATE, 5).astype(np.float64)


def test_the_same_sound_is_perfect(sound):
    assert snr_db(sound, sound) > 150
    assert si_sdr_db(sound, sound) > 150
    assert log_spectral_distance_db(sound, sound) == 0
    assert mel_distance(sound, sound, RATE) == 0


def test_known_errors(sound):
    noise = np.random.default_rng(1).standard_normal(len(sound))
    noise *= 0.1 * np.sqrt(np.sum(sound**2) / np.sum(noise**2))
    assert snr_db(sound, sound + noise) == pytest.approx(20.0, abs=0.01)
    assert si_sdr_db(sound, 0.5 * (sound + noise)) == pytest.approx(20.0, abs=0.2)
    assert snr_db(sound, 0.9 * sound) == pytest.approx(20.0, abs=0.01)
    loud = np.sin(np.arange(RATE) * 0.3) + 0.3 * np.random.default_rng(2).standard_normal(RATE)
    assert log_spectral_distance_db(loud, loud * 10 ** (-6 / 20)) == pytest.approx(6.0, abs=0.1)
    assert mel_distance(loud, loud / np.e, RATE) == pytest.approx(1.0, abs=0.05)


def test_worse_is_worse(sound):
    noise = np.random.default_rng(3).standard_normal(len(sound))
    for measure, sign in (
        (lambda a, b: mel_distance(a, b, RATE), 1), (log_spectral_distance_db, 1), (snr_db, -1), (si_sdr_db, -1)
    ):  # fmt: skip
        values = [sign * measure(sound, sound + level * noise) for level in (1e-4, 1e-3, 1e-2, 1e-1)]
        assert values == sorted(values)
