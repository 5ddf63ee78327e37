"""Planted bursts, jumps and clicks are found; noise of a quantizer, delays within a chunk and silence are not."""

from __future__ import annotations

import functools

import numpy as np
import pytest

from holostream.bench.hard_sounds import HARD_SOUNDS, silence
from holostream.bench.robustness import MOST_BURST_DB, MOST_CLICK_DB, MOST_JUMP_DB
from holostream.bench.trouble_detector import find_trouble, pitch_strength

RATE = 48000


@functools.cache
def made(name: str) -> np.ndarray:
    return HARD_SOUNDS[name](RATE)


@pytest.fixture(params=HARD_SOUNDS)
def sound(request) -> np.ndarray:
    return made(request.param)


def is_clean(original: np.ndarray, decoded: np.ndarray) -> bool:
    found = find_trouble(original, decoded, RATE)
    return found.burst_db <= MOST_BURST_DB and found.jump_db <= MOST_JUMP_DB and found.click_db <= MOST_CLICK_DB


def test_hard_sounds_are_what_they_say():
    for make in (silence, *HARD_SOUNDS.values()):
        sound = make(RATE)
        assert sound.dtype == np.float32
        assert sound.shape == (3 * RATE,)
        assert np.abs(sound).max() <= 1
        assert np.array_equal(sound, make(RATE))
    assert not silence(RATE).any()
    square = made("square")
    assert set(np.unique(square)) == {-1.0, 1.0}
    assert np.count_nonzero(np.diff(square)) == 2 * 100 * 3 - 1


def test_pitch_is_how_much_a_noise_repeats():
    hiss = made("hiss")
    assert pitch_strength(hiss, RATE) < 0.05
    assert pitch_strength(np.tile(hiss[:128], 1000), RATE) > 0.95
    assert 0.4 < pitch_strength(hiss[:128000] + np.tile(hiss[:128], 1000), RATE) < 0.6
    assert pitch_strength(silence(RATE), RATE) == 0


def test_the_same_sound_is_clean(sound):
    found = find_trouble(sound, sound, RATE)
    assert max(found.burst_db, found.jump_db, found.click_db) <= 0


def test_quantizer_noise_is_clean(sound):
    noise = np.random.default_rng(1).standard_normal(len(sound))
    level = np.sqrt(np.convolve(sound.astype(np.float64) ** 2, np.ones(192) / 192, "same"))
    assert is_clean(sound, sound + 0.1 * level * noise)


def test_silence_out_is_not_trouble(sound):
    assert is_clean(sound, np.zeros_like(sound))


@pytest.mark.parametrize("name", ["square", "choir", "noise"])
def test_a_gap_is_a_jump(name):
    gap = made(name).copy()
    gap[60000:63000] = 0
    assert find_trouble(made(name), gap, RATE).jump_db > MOST_JUMP_DB


def test_a_burst_is_found(sound):
    burst = sound.astype(np.float64)
    place = slice(30000, 30000 + 480)
    level = max(1e-2, float(np.abs(sound[30000 - 1440 : 30000 + 1920]).max()))
    burst[place] += 4 * level * np.sin(np.arange(480) * 0.1)
    assert find_trouble(sound, burst, RATE).burst_db > MOST_BURST_DB


@pytest.mark.parametrize("name", ["tones", "choir"])
def test_a_click_is_found(name):
    clean = made(name)
    cut = np.concatenate((clean[:35000], clean[35029:], clean[:29]))
    assert find_trouble(clean, clean, RATE).click_db <= 0
    click = clean.astype(np.float64)
    click[35000] += 0.3
    assert find_trouble(clean, click, RATE).click_db > MOST_CLICK_DB
    assert find_trouble(clean, cut, RATE).click_db > 0


def test_a_sound_out_of_silence_is_a_burst():
    ghost = np.zeros(3 * RATE)
    ghost[50000:50960] = 0.05 * np.sin(np.arange(960) * 0.2)
    assert find_trouble(silence(RATE), ghost, RATE).burst_db > MOST_BURST_DB
