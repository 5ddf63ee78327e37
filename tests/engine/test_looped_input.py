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
    assert looped.rounds == (500 * 128) // round(seconds * 48000)


def test_what_is_no_sound_is_told_at_once(tmp_path: Path) -> None:
    with pytest.raises(AudioFileError, match="cannot read"):
        LoopedInput(tmp_path / "none.wav", 48000, 1, 128)
