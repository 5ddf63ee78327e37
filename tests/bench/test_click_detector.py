"""The click detector finds what is planted and passes what is clean."""

from __future__ import annotations

import numpy as np
import pytest

from holostream.bench.click_detector import find_click, high_db, steps
from tests.speech import speech

RATE = 48000
MIDDLE = 2000


def tone(samples: int = 4000, hertz: float = 440.0, peak: float = 0.5) -> np.ndarray:
    return (peak * np.sin(2 * np.pi * hertz / RATE * np.arange(samples))).astype(np.float32)


def voiced(samples: int = 4000) -> np.ndarray:
    """The loudest passage of some speech."""
    sound = speech(3.0, RATE, 1)
    loudest = int(np.convolve(sound**2, np.ones(samples), "valid").argmax())
    return sound[loudest : loudest + samples]


@pytest.mark.parametrize("sound", [tone(), voiced()], ids=["tone", "speech"])
class TestPlanted:
    def test_a_clean_passage_passes(self, sound: np.ndarray):
        finding = find_click(sound, [sound, 0.9 * sound], RATE)
        assert not finding.clicks
        assert finding.step_excess <= 1
        assert finding.high_excess_db <= 0

    def test_an_equal_gain_fade_passes(self, sound: np.ndarray):
        other = 0.5 * sound
        weights = np.zeros(len(sound), np.float32)
        weights[1500:2524] = 0.5 - 0.5 * np.cos(np.pi * (np.arange(1024) + 0.5) / 1024)
        weights[2524:] = 1
        assert not find_click(sound + (other - sound) * weights, [sound, other], RATE).clicks

    def test_one_wrong_sample_is_found(self, sound: np.ndarray):
        clicking = sound.copy()
        clicking[MIDDLE] += 0.1
        assert find_click(clicking, [sound], RATE).clicks

    def test_a_missing_piece_is_found(self, sound: np.ndarray):
        clicking = np.concatenate((sound[:MIDDLE], sound[MIDDLE + 29 :], sound[:29]))
        assert find_click(clicking[:-100], [sound[:-100]], RATE).clicks

    def test_a_hop_of_silence_is_found(self, sound: np.ndarray):
        at = MIDDLE + int(np.abs(sound[MIDDLE : MIDDLE + 100]).argmax())
        clicking = sound.copy()
        clicking[at : at + 128] = 0
        assert find_click(clicking, [sound], RATE).clicks

    def test_a_hard_cut_to_half_the_level_is_found(self, sound: np.ndarray):
        at = MIDDLE + int(np.abs(sound[MIDDLE : MIDDLE + 100]).argmax())
        assert find_click(np.concatenate((sound[:at], 0.5 * sound[at:])), [sound, 0.5 * sound], RATE).clicks


def test_a_kink_without_a_step_is_found_by_its_high_energy():
    rising = tone()
    kinked = np.concatenate((rising[:MIDDLE], rising[MIDDLE : MIDDLE - 2000 : -1]))
    finding = find_click(kinked, [rising], RATE)
    assert finding.step_excess < 1.1
    assert finding.clicks


def test_a_loud_moment_nearby_hides_nothing():
    sound = tone(peak=0.05)
    sound[3000:3200] += voiced(200)
    clicking = sound.copy()
    clicking[1000] += 0.02
    assert find_click(clicking, [sound], RATE).clicks


def test_what_is_too_quiet_to_hear_does_not_count():
    hiss = 1e-6 * np.random.default_rng(0).standard_normal(4000).astype(np.float32)
    assert not find_click(hiss, [np.zeros_like(hiss)], RATE).clicks


def test_measures_in_known_units():
    assert steps(tone()).max() == pytest.approx(0.5 * 2 * np.pi * 440 / RATE, rel=0.01)
    assert high_db(tone(hertz=20000, peak=1.0), RATE).max() == pytest.approx(-3.0, abs=0.1)  # RMS of a full-scale sine
    assert high_db(tone(), RATE).max() == -80
