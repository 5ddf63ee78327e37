"""A session over a models folder that holds only some tiers, imported from HOLO-Audio: played, recorded, replayed."""

from __future__ import annotations

import time
from pathlib import Path

import numpy as np
import pytest
import soundfile

from holostream.codec.tier_model import ModelError
from holostream.engine.session import Session
from holostream.engine.settings import LiveSettings
from holostream.format.summary import summarize
from holostream.format.transcode import decode_file
from tests.speech import speech


@pytest.fixture(scope="module")
def voice(tmp_path_factory) -> Path:
    path = tmp_path_factory.mktemp("voice") / "voice.wav"
    soundfile.write(path, speech(3.0, 44100, 5), 44100, subtype="FLOAT")
    return path


def test_what_is_recorded_is_what_was_heard(tmp_path, voice, holo_audio_models):
    recording, capture = tmp_path / "session.holo", tmp_path / "heard.wav"
    settings = LiveSettings(
        str(voice), str(capture), record=recording, models=holo_audio_models, virtual_time=True, seconds=20.0
    )
    with Session(settings) as session:
        assert session.tiers == (16, 32)
        assert session.settings.tier == 32  # the nearest to 64
        turn = 0
        while not session.ended:
            session.send("tier", (16, 32, 64, 256)[turn % 4])
            turn += 1
            time.sleep(0.01)
        final = session.snapshot()
    assert session.failure is None
    assert final["errors"] == final["bad_frames"] == 0
    assert "the models folder has no tier 256; it has 16, 32" in session.messages
    heard = soundfile.read(capture, dtype="float32")[0]
    assert len(heard) == 20 * 44100
    assert np.abs(heard).max() > 0.05
    summary = summarize(recording)
    assert (summary["hop"], summary["rate"], summary["family"]) == (1024, 44100, "holo-audio-1024")
    assert summary["blocks"] >= 20
    decode_file(recording, tmp_path / "decoded.wav", holo_audio_models)
    decoded = soundfile.read(tmp_path / "decoded.wav", dtype="float32")[0]
    # The device's blocks of 128 leave 896 samples of silence before the first hop.
    whole = len(decoded) - 896
    assert np.array_equal(decoded[:whole], heard[896 : 896 + whole])
    assert len(heard) - whole < 896 + 1024


def test_a_tier_that_is_missing_is_told(holo_audio_models):
    with pytest.raises(ModelError, match="has no tier 64; it has 16, 32"):
        Session(LiveSettings(tier=64, models=holo_audio_models))
    with pytest.raises(ModelError, match="no tier 5; the tiers are 4, 8"):
        Session(LiveSettings(tier=5, models=holo_audio_models))


def test_commands_that_are_none_still_raise(voice, holo_audio_models):
    with Session(
        LiveSettings(str(voice), models=holo_audio_models, device_api="virtual", virtual_time=True, seconds=1.0)
    ) as session:
        with pytest.raises(ValueError, match="tier is 5"):
            session.send("tier", 5)
        assert session.settings.tier == 32


def test_a_morph_to_a_tier_that_is_missing_is_told(voice, holo_audio_models):
    with Session(
        LiveSettings(str(voice), models=holo_audio_models, device_api="virtual", virtual_time=True, seconds=1.0)
    ) as session:
        session.send("morph", 0)
        session.send("morph_tier", 16)
        session.send("morph", 0.5)
        assert not [text for text in session.messages if "has no tier" in text]
        session.send("morph_tier", 128)
        assert session.messages[-1] == "the models folder has no tier 128; it has 16, 32"
    with Session(
        LiveSettings(str(voice), models=holo_audio_models, device_api="virtual", virtual_time=True, seconds=1.0)
    ) as session:
        session.send("morph", 0.5)
        assert session.messages[-1] == "the models folder has no tier 8; it has 16, 32; choose another with morph_tier"
        told = len(session.messages)
        session.send("morph", 0.6)  # once is enough while a knob is turned
        assert len(session.messages) == told
