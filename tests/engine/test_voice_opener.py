"""A voice is opened once, beside the callback or in it, and the next hop finds it open."""

from __future__ import annotations

import threading
from types import SimpleNamespace
from typing import Any

import pytest

from holostream.engine import voice_opener
from holostream.engine.voice_opener import VoiceOpener

LONGEST = 10.0


def opener_of(path: SimpleNamespace, threaded: bool) -> VoiceOpener:
    opener = VoiceOpener(path, threaded)  # type: ignore[arg-type]
    opener.start()
    return opener


@pytest.mark.parametrize("threaded", [False, True])
def test_what_is_wanted_is_open_after_finish(monkeypatch: pytest.MonkeyPatch, threaded: bool) -> None:
    path = SimpleNamespace(wanted=None, opened=0)

    def opens(path: Any) -> None:
        path.wanted, path.opened = None, path.opened + 1

    monkeypatch.setattr(voice_opener, "open_voice", opens)
    opener = opener_of(path, threaded)
    for turn in range(100):
        path.wanted = 8 if turn % 2 else None
        opener.begin()
        opener.finish()
        assert path.wanted is None
        assert path.opened == (turn + 1) // 2


def test_begin_does_not_wait_and_finish_does(monkeypatch: pytest.MonkeyPatch) -> None:
    go_on, path = threading.Event(), SimpleNamespace(wanted=8, done=False)

    def opens(path: Any) -> None:
        path.done = go_on.wait(LONGEST)

    monkeypatch.setattr(voice_opener, "open_voice", opens)
    opener = opener_of(path, threaded=True)
    opener.begin()
    opener.begin()  # it is being opened already
    assert not path.done
    threading.Timer(0.05, go_on.set).start()
    opener.finish()
    assert path.done


@pytest.mark.parametrize("threaded", [False, True])
def test_what_goes_wrong_is_told_once(monkeypatch: pytest.MonkeyPatch, threaded: bool) -> None:
    path = SimpleNamespace(wanted=8)

    def fails(path: Any) -> None:
        raise RuntimeError("a tier that cannot be primed")

    monkeypatch.setattr(voice_opener, "open_voice", fails)
    opener = opener_of(path, threaded)

    def both() -> None:
        opener.begin()
        opener.finish()

    for _ in range(2):  # and the thread is still there
        with pytest.raises(RuntimeError, match="cannot be primed"):
            both()
    path.wanted = None
    both()
