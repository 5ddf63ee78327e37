"""A file as hops without end."""

from __future__ import annotations

import itertools
from pathlib import Path

import numpy as np
import pytest
import soundfile

from holostream.engine.audio_source import open_source
from holostream.engine.looped_input import LoopedInput
from holostream.format.audio_file import AudioFileError
from tests.speech import speech


@pytest.mark.parametrize(("rate", "seconds"), [(48000, 0.5), (44100, 0.5), (48000, 0.001)])
@pytest.mark.parametrize("lanes", [1, 2])
def test_it_is_what_a_live_session_plays(tmp_path: Path, rate: int, seconds: float, lanes: int) -> None:
    path = tmp_path / "voice.wav"
    soundfile.write(path, speech(seconds, rate, 3), rate, subtype="FLOAT")
    looped = LoopedInput(path, 48000, lanes, 128)
    hops = np.concatenate(list(itertools.islice(looped.hops(), 500)), axis=1)
    live = np.zeros((500 * 128, lanes), np.float32)
    open_source(path, 48000, lanes).fill(live)
    assert np.array_equal(hops, live.T)
    assert looped.repeated


def test_what_is_no_sound_is_told_at_once(tmp_path: Path) -> None:
    with pytest.raises(AudioFileError, match="cannot read"):
        LoopedInput(tmp_path / "none.wav", 48000, 1, 128)


@pytest.mark.parametrize("samples", [1, 3, 127, 129, 64 * 128 - 1, 64 * 128, 64 * 128 + 1])
def test_any_length_is_repeated_sample_for_sample(tmp_path: Path, samples: int) -> None:
    path, sound = tmp_path / "short.wav", speech(1.0, 48000, 3)[:samples]
    soundfile.write(path, sound, 48000, subtype="FLOAT")
    looped = LoopedInput(path, 48000, 1, 128)
    list(itertools.islice(looped.hops(), samples // 128))
    assert not looped.repeated
    hops = np.concatenate(list(itertools.islice(looped.hops(), 300)), axis=1)[0]
    assert np.array_equal(hops, np.resize(sound.astype(np.float32), 300 * 128))
    assert looped.repeated


def test_what_resamples_to_nothing_is_told(tmp_path: Path) -> None:
    path = tmp_path / "click.wav"
    soundfile.write(path, np.ones(1), 192000)
    with pytest.raises(AudioFileError, match="less than one sample at 48000 Hz"):
        LoopedInput(path, 48000, 1, 128)
    with pytest.raises(AudioFileError, match="less than one sample at 48000 Hz"):
        open_source(path, 48000, 1)
