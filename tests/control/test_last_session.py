"""What is found again the next time, and what never is."""

from __future__ import annotations

from pathlib import Path

import pytest

from holostream.control.last_session import NOT_RESTORED, last_session, save_last_session
from holostream.engine.command import COMMANDS


def test_everything_but_silence_and_time_comes_back(tmp_path: Path) -> None:
    path = tmp_path / "state" / "last.toml"
    values = {kind.name: kind.highest for kind in COMMANDS}
    save_last_session(values.__getitem__, "nano.toml", path)
    restored, midi_map = last_session(path)
    assert midi_map == "nano.toml"
    assert dict(restored) == {name: value for name, value in values.items() if name not in NOT_RESTORED}
    assert restored[0][0] == "glide_ms"
    assert restored[-1] == ("tier", 256)
    names = [name for name, _ in restored]
    assert max(names.index(kind.name) for kind in COMMANDS if kind.group == "setting") < names.index("mute_range")
    assert {"mute", "bypass", "freeze", "loop", "speed"}.isdisjoint(dict(restored))


def test_the_first_time_there_is_nothing(tmp_path: Path) -> None:
    assert last_session(tmp_path / "none.toml") == ([], None)


def test_a_malformed_file_is_told(tmp_path: Path) -> None:
    path = tmp_path / "last.toml"
    path.write_text("tier = 16\ntilt")
    with pytest.raises(ValueError, match=r"last\.toml is malformed.*line 2"):
        last_session(path)
    with pytest.raises(ValueError, match=r"last\.toml is malformed.*line 2"):
        save_last_session(lambda name: 1.0, path=path)
    assert path.read_text() == "tier = 16\ntilt"


def test_a_hand_written_mute_is_not_restored(tmp_path: Path) -> None:
    path = tmp_path / "last.toml"
    path.write_text("[mixer]\nmute = 1\nwet = 0.5\n")
    assert last_session(path) == ([("wet", 0.5)], None)
