"""A sound system that hangs holds up nobody, and nothing of the question stays."""

from __future__ import annotations

import subprocess
import sys

import pytest

from holostream.engine import ask_devices
from holostream.engine.device_list import DeviceError


def test_no_answer_is_told_in_time(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(ask_devices, "LIST_TIMEOUT_SECONDS", 0.001)
    with pytest.raises(DeviceError, match="the sound system does not answer"):
        ask_devices.ask_devices()


@pytest.mark.parametrize(("printed", "found"), [('a library prints\n[{"name": "card"}]\n', [{"name": "card"}]), ("[]", [])])
def test_the_last_line_is_the_answer(monkeypatch: pytest.MonkeyPatch, printed: str, found: list[dict]) -> None:
    monkeypatch.setattr(subprocess, "run", lambda command, **_: subprocess.CompletedProcess(command, 0, printed))
    assert ask_devices.ask_devices() == found


def test_why_there_are_none_is_passed_on(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(subprocess, "run", lambda command, **_: subprocess.CompletedProcess(command, 0, '"no PortAudio"\n'))
    with pytest.raises(DeviceError, match="no PortAudio"):
        ask_devices.ask_devices()


def test_the_question_ends_when_nobody_waits_for_it_any_more() -> None:
    hanging = """if True:
        import time
        from holostream.engine import ask_devices
        ask_devices.LIST_TIMEOUT_SECONDS = 0.1
        ask_devices.list_devices = lambda: time.sleep(60)
        ask_devices.main()
    """
    assert subprocess.run([sys.executable, "-c", hanging], timeout=30, check=False).returncode == 1
