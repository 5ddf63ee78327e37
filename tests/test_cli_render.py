"""`render` and `live --keep-input` as a user meets them."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import soundfile

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
