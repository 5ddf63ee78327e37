"""The sound and the second one of a performance, as they are taken from files."""

from __future__ import annotations

import itertools
from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest
import soundfile

from holostream.engine.played_sounds import PlayedSounds
from holostream.format.holo_header import HoloHeader
from tests.speech import speech

MONO = HoloHeader("f", 48000, 128, 192, 1, {})
STEREO = replace(MONO, lanes=2)
LEFT, RIGHT = (speech(0.1, 48000, seed) for seed in (1, 2))


@pytest.fixture
def both(tmp_path: Path) -> Path:
    soundfile.write(tmp_path / "both.wav", np.stack((LEFT, RIGHT), axis=1), 48000, subtype="FLOAT")
    return tmp_path / "both.wav"


@pytest.fixture
def right(tmp_path: Path) -> Path:
    soundfile.write(tmp_path / "right.wav", RIGHT, 48000, subtype="FLOAT")
    return tmp_path / "right.wav"


def first_hops(sounds: PlayedSounds, count: int = 30) -> tuple[np.ndarray, np.ndarray | None]:
    """(lanes, n) of both sounds."""
    first, second = zip(*itertools.islice(sounds.hops(), count), strict=True)
    return np.concatenate(first, axis=1), None if second[0] is None else np.concatenate(second, axis=1)


@pytest.mark.parametrize(("second", "kept"), [("channel", False), (None, True), ("channel", True)])
def test_the_second_channel_is_the_second_sound_where_it_is_kept_or_asked_for(
    both: Path, second: str | None, kept: bool
) -> None:
    sounds = PlayedSounds(both, second, kept, MONO)
    assert sounds.crossed
    first, crossed_with = first_hops(sounds)
    assert crossed_with is not None
    assert np.array_equal(first, LEFT[np.newaxis, : 30 * 128])
    assert np.array_equal(crossed_with, RIGHT[np.newaxis, : 30 * 128])


def test_any_other_sound_of_two_channels_is_their_mean(both: Path) -> None:
    sounds = PlayedSounds(both, None, False, MONO)
    assert not sounds.crossed
    first, crossed_with = first_hops(sounds)
    assert crossed_with is None
    assert np.allclose(first, (LEFT + RIGHT)[np.newaxis, : 30 * 128] / 2, atol=1e-6)


def test_in_stereo_both_channels_are_the_sound(both: Path, right: Path) -> None:
    kept = PlayedSounds(both, None, True, STEREO)
    assert not kept.crossed
    assert np.array_equal(first_hops(kept)[0], np.stack((LEFT, RIGHT))[:, : 30 * 128])
    crossed_with = first_hops(PlayedSounds(both, str(right), True, STEREO))[1]
    assert crossed_with is not None
    assert np.array_equal(crossed_with, np.stack((RIGHT, RIGHT))[:, : 30 * 128])


def test_a_file_that_is_named_comes_before_the_kept_channel(both: Path, right: Path) -> None:
    first, crossed_with = first_hops(PlayedSounds(both, str(both), True, MONO))
    assert crossed_with is not None
    assert np.array_equal(first, LEFT[np.newaxis, : 30 * 128])
    assert np.allclose(crossed_with, (LEFT + RIGHT)[np.newaxis, : 30 * 128] / 2, atol=1e-6)
    assert not PlayedSounds(right, None, True, MONO).crossed


def test_a_channel_that_is_not_there_is_told(both: Path, right: Path) -> None:
    for sound, header in ((right, MONO), (both, STEREO)):
        with pytest.raises(ValueError, match=r"has no second channel beside what is played; .* name a file"):
            PlayedSounds(sound, "channel", False, header)
