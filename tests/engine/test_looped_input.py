"""A file as hops without end."""

from __future__ import annotations

import itertools
from pathlib import Path

import numpy as np
import pytest
import soundfile

from holostream.engine import audio_source, looped_input
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


def test_a_long_one_begins_again_where_it_does_live_and_that_is_told(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    for module in (audio_source, looped_input):
        monkeypatch.setattr(module, "LONGEST_SECONDS", 0.6)
    path = tmp_path / "long.wav"
    soundfile.write(path, speech(1.0, 44100, 3), 44100, subtype="FLOAT")
    live, source = np.zeros((500 * 128, 1), np.float32), open_source(path, 48000, 1)
    source.fill(live)
    assert source.remark.startswith("of long.wav the first ")
    hops = np.concatenate(list(itertools.islice(LoopedInput(path, 48000, 1, 128).hops(), 500)), axis=1)
    assert np.array_equal(hops, live.T)
    whole = LoopedInput(path, 48000, 1, 128, whole=True)
    list(itertools.islice(whole.hops(), 374))
    assert not whole.repeated


def test_what_ends_early_is_told(tmp_path: Path) -> None:
    path = tmp_path / "torn.wav"
    soundfile.write(path, speech(1.0, 48000, 3), 48000)
    assert open_source(path, 48000, 1).remark == ""
    path.write_bytes(path.read_bytes()[:24044])
    assert open_source(path, 48000, 1).remark == (
        "torn.wav ends early, it is damaged or not complete: the 0.25 s that are there are played"
    )


def test_what_resamples_to_nothing_is_told(tmp_path: Path) -> None:
    path = tmp_path / "click.wav"
    soundfile.write(path, np.ones(1), 192000)
    with pytest.raises(AudioFileError, match="less than one sample at 48000 Hz"):
        LoopedInput(path, 48000, 1, 128)
    with pytest.raises(AudioFileError, match="less than one sample at 48000 Hz"):
        open_source(path, 48000, 1)
