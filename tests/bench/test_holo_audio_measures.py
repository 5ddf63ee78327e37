"""HOLO-Audio's measures: perfect for the same sound, known values for known errors, blind to what they must not see."""

from __future__ import annotations

import numpy as np
import pytest

from holostream.bench.holo_audio_measures import (
    envelope,
    envelope_correlation,
    phase_coherence,
    psnr_db,
    transient_preservation,
)
from tests.speech import speech

RATE = 48000


@pytest.fixture(scope="module")
def sound() -> np.ndarray:
    return speech(1.0, RATE, 5).astype(np.float64)


def clicks(smear: int = 1) -> np.ndarray:
    """Eight decaying bursts, each spread over `smear` samples."""
    sound = np.zeros(RATE)
    for begin in range(3000, RATE - 4000, 5500):
        sound[begin : begin + 400] = np.sin(np.arange(400) * 0.7) * np.exp(-np.arange(400) / 80)
    return np.convolve(sound, np.ones(smear) / smear, "same") if smear > 1 else sound


def test_the_same_sound_is_perfect(sound):
    assert psnr_db(sound, sound) > 150
    assert envelope_correlation(sound, sound, RATE) == pytest.approx(1)
    assert transient_preservation(sound, sound, RATE) == pytest.approx(1)
    assert phase_coherence(sound, sound) == pytest.approx(1)


def test_psnr_of_a_known_error():
    peak_one = np.sin(np.arange(RATE) * 0.3)
    assert psnr_db(peak_one, peak_one + 0.01) == pytest.approx(40.0, abs=0.01)


def test_the_envelope_is_the_amplitude():
    time = np.arange(RATE) / RATE
    swell = 1 + 0.5 * np.sin(2 * np.pi * 3 * time)
    found = envelope(swell * np.sin(2 * np.pi * 1000 * time), RATE)
    assert len(found) == 200
    assert found[5:-5] == pytest.approx(swell.reshape(200, -1).mean(axis=1)[5:-5], abs=0.02)


def test_scale_changes_neither_envelope_nor_phase_and_sign_only_phase(sound):
    for gain in (0.1, 3.0):
        assert envelope_correlation(sound, gain * sound, RATE) == pytest.approx(1)
        assert phase_coherence(sound, gain * sound) == pytest.approx(1)
    assert envelope_correlation(sound, -sound, RATE) == pytest.approx(1)
    assert phase_coherence(sound, -sound) == pytest.approx(-1)


def test_a_quarter_of_a_period_is_half_way_to_opposite():
    time = np.arange(RATE)
    tone, turned = np.sin(time * 0.2), np.cos(time * 0.2)
    assert phase_coherence(tone, turned) == pytest.approx(0, abs=0.05)


def test_unrelated_noise_is_unrelated():
    first, second = np.random.default_rng(1).standard_normal((2, RATE))
    assert abs(phase_coherence(first, second)) < 0.05
    assert abs(envelope_correlation(first, second, RATE)) < 0.3


def test_smeared_onsets_are_worse_the_more_they_are_smeared():
    sharp = clicks()
    kept = [transient_preservation(sharp, clicks(smear), RATE) for smear in (1, 9, 200, 4000)]
    assert kept == sorted(kept, reverse=True)
    assert kept[0] == pytest.approx(1)
    assert kept[-1] < 0.2


def test_a_lost_onset_costs_its_share():
    sharp = clicks()
    half = sharp.copy()
    half[RATE // 2 :] = 0
    assert transient_preservation(sharp, half, RATE) == pytest.approx(0.5, abs=0.1)


def test_silence_is_judged_without_error():
    silent = np.zeros(RATE)
    assert envelope_correlation(silent, silent, RATE) == 0
    assert phase_coherence(silent, silent) == 0
    assert transient_preservation(silent, silent, RATE) == 1
