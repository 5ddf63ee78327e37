"""`render` and `live --keep-input` as a user meets them."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest
import soundfile

from holostream.engine.kept_input import input_path
from tests.speech import speech
from tests.test_cli import assert_one_clear_sentence
from tests.test_cli_play import heard, holostream


def test_a_session_is_rendered_again(tmp_path: Path) -> None:
    voice, session, out = tmp_path / "voice.wav", tmp_path / "session.holo", tmp_path / "out.wav"
    soundfile.write(voice, speech(1.0, 48000, 2), 48000, "FLOAT")
    live = ("live", "--headless", "--virtual-time", "--seconds", 2, "--input", voice, "--output", tmp_path / "heard.wav",
            "--record", session, "--keep-input", "--keep", 1)  # fmt: skip
    finished = holostream(*live)
    assert finished.returncode == 0, finished.stderr
    for arguments in ((), ("--again",), ("--input", voice), ("--input", tmp_path / "session.input.wav", "--again")):
        finished = holostream("render", session, out, "--overwrite", *arguments)
        assert finished.returncode == 0, finished.stderr
        assert ("the DNA is the recorded one, 750 frames" in finished.stderr) == ("--input" in arguments)
        assert np.array_equal(heard(out), heard(tmp_path / "heard.wav"))
    kept = tmp_path / "session.input.wav"
    before = kept.read_bytes()
    assert_one_clear_sentence(holostream("render", session, kept), "session.input.wav is the input itself")
    assert kept.read_bytes() == before

    assert_one_clear_sentence(holostream("render", session, out), "out.wav is there already", "--overwrite")
    session.unlink()
    (tmp_path / "heard.wav").unlink()
    out = tmp_path / "new.wav"
    assert_one_clear_sentence(holostream(*live), "session.input.wav exists already and the kept input never overwrites")
    assert_one_clear_sentence(holostream("render", session, out), "session.holo: No such file")
    assert_one_clear_sentence(holostream("render", voice, out), "not a .holo")
    assert_one_clear_sentence(holostream("render", voice, voice), "is the input itself")


def test_what_was_recorded_of_a_played_recording_is_rendered_again(tmp_path: Path) -> None:
    """First as recorded, then through a tier, half dry; the sound has an offset, which a microphone's would lose."""
    voice, sound, song = tmp_path / "voice.wav", tmp_path / "voice.holo", tmp_path / "song.txt"
    soundfile.write(voice, 0.5 * speech(1.5, 48000, 2) + 0.3, 48000, "FLOAT")
    assert holostream("encode", voice, sound, "--tier", 256).returncode == 0
    song.write_text("0 record\n0.5 tier 16\n0.8 wet 0.5\n")
    with pytest.MonkeyPatch.context() as patch:
        patch.chdir(tmp_path)
        for options in (("--keep-input",), ()):
            finished = holostream("play", sound, "--virtual-time", "--output", tmp_path / f"heard{len(options)}.wav",
                                  "--script", song, *options)  # fmt: skip
            assert finished.returncode == 0, finished.stderr
    again = tmp_path / "again.wav"
    with_input, without = sorted(tmp_path.glob("holostream-*.holo"), key=lambda path: not input_path(path).exists())
    for arguments in ((), ("--input", input_path(with_input))):
        finished = holostream("render", with_input, again, "--again", "--overwrite", *arguments)
        assert finished.returncode == 0, finished.stderr
        rendered, played = heard(again), heard(tmp_path / "heard1.wav")
        first = len(played) - len(rendered)
        assert 0 <= first < 2048
        assert np.array_equal(rendered[2048:], played[first + 2048 :]), "but for what came before it was recorded"
        assert rendered[2048:20000].mean() > 0.2
    assert_one_clear_sentence(holostream("render", without, tmp_path / "no.wav"), "record with --keep-input the next time")
