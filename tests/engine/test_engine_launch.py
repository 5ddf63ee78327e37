"""The engine's log has a place, whatever folders there are."""

from __future__ import annotations

import os
import subprocess
import tempfile
from pathlib import Path

import pytest

from holostream.engine.engine_launch import LARGEST_LOG, launch_engine, log_path, why_late
from holostream.engine.settings import LiveSettings


def test_the_log_is_in_the_users_log_folder(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("XDG_STATE_HOME", str(tmp_path))
    path = log_path()
    assert path.name == "engine.log"
    assert path.parent.is_dir()
    assert tmp_path in path.parents


def test_where_that_cannot_be_it_is_a_temporary_one(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    (tmp_path / "file").touch()
    monkeypatch.setenv("XDG_STATE_HOME", str(tmp_path / "file"))
    assert log_path() == Path(tempfile.gettempdir()) / f"holostream-engine-{os.getpid()}.log"


def test_an_engine_that_is_late_points_at_the_sound_server_where_one_is_asked_for() -> None:
    assert "the sound server probably does not answer: restart it, or play without one with --device-api virtual" in why_late(
        LiveSettings(), 30.0
    )
    assert why_late(LiveSettings(device_api="virtual"), 30.0) == f"the engine did not start in 30 s; its log is {log_path()}"


def test_the_log_of_a_session_that_still_runs_stays_until_it_is_large(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("XDG_STATE_HOME", str(tmp_path))
    monkeypatch.setattr(subprocess, "Popen", lambda *_, **__: None)

    def launch(resume: bool = False) -> str:
        launch_engine(LiveSettings(), tmp_path, resume)
        return log_path().read_text()

    with log_path().open("a") as other:
        print("other", file=other, flush=True)
        assert "other\n-- " in launch()
        print("x" * LARGEST_LOG, file=other, flush=True)
        assert "other" in launch(resume=True)
        assert "other" not in launch()
