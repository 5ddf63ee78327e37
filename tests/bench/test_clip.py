"""Files become clips: kinds from names, a limit of each, samples on the steps of 24 bits."""

from __future__ import annotations

import numpy as np
import pytest
import soundfile

from holostream.bench.clip import Clip, clips_in, digest_of, kind_of, samples_of, write_source
from holostream.bench.codec_under_test import read_sound
from tests.speech import speech


@pytest.fixture
def folder(tmp_path):
    for name in ("speech_a.wav", "music_b.flac", "deep/speech_c.flac", "deep/other.ogg", "notes.txt"):
        path = tmp_path / name
        path.parent.mkdir(exist_ok=True)
        if path.suffix == ".txt":
            path.write_text("no sound")
        else:
            soundfile.write(path, speech(0.3, 44100, len(name)), 44100)
    return tmp_path


def test_kinds_come_from_names(folder):
    assert sorted((clip.name, clip.kind) for clip in clips_in(folder)) == [
        ("music_b", "music"), ("other", "sound"), ("speech_a", "speech"), ("speech_c", "speech"),
    ]  # fmt: skip
    assert [clip.is_speech for clip in clips_in(folder) if clip.kind in ("music", "sound")] == [True, False]
    assert kind_of(folder / "env_rain.wav") == "env"


def test_a_limit_counts_each_kind(folder):
    assert sorted(clip.kind for clip in clips_in(folder, 1)) == ["music", "sound", "speech"]


def test_one_file_or_none(folder):
    assert clips_in(folder / "music_b.flac") == [Clip(folder / "music_b.flac", "music")]
    (demo,) = clips_in(None)
    assert demo.kind == "speech"
    with pytest.raises(ValueError, match=r"holds no WAV.*--data"):
        clips_in(folder / "notes.txt")


def test_samples_survive_the_wav_that_codecs_are_given(folder, tmp_path):
    samples = samples_of(clips_in(folder)[0])
    assert samples.dtype == np.float32
    write_source(samples, tmp_path / "source.wav")
    assert np.array_equal(read_sound(tmp_path / "source.wav"), samples)
    assert soundfile.info(tmp_path / "source.wav").subtype == "PCM_24"


def test_a_digest_is_of_the_sound(folder):
    samples = samples_of(clips_in(folder)[0])
    changed = samples.copy()
    changed[-1] += 1e-4
    assert digest_of(samples) == digest_of(samples.copy())
    assert digest_of(samples) != digest_of(changed)
