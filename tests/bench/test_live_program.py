"""The measured program runs in folders of its own."""

from __future__ import annotations

from pathlib import Path

import pytest

from holostream.bench import live_program
from holostream.bench.live_program import LiveProgram


def test_what_the_user_keeps_is_not_touched(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    seen = {}

    class Terminal:
        def __init__(self, command: list[str], environment: dict[str, str], folder: Path) -> None:
            seen.update(environment)

    monkeypatch.setattr(live_program, "TerminalProgram", Terminal)
    LiveProgram([], tmp_path, {"XDG_STATE_HOME": "/theirs", "XDG_CONFIG_HOME": "/theirs", "JACK_DEFAULT_SERVER": "test"})
    assert seen == {
        "XDG_STATE_HOME": str(tmp_path / "state"),
        "XDG_CONFIG_HOME": str(tmp_path / "config"),
        "JACK_DEFAULT_SERVER": "test",
    }
