"""The engine's process from outside: started with its log, asked for things, ended."""

from __future__ import annotations

import contextlib
import json
import os
import subprocess
import sys
import tempfile
import time
from pathlib import Path

import platformdirs

from holostream.engine.device_list import wants_virtual
from holostream.engine.settings import LiveSettings, settings_to_dict

ONE_THREAD = dict.fromkeys(
    ("OMP_NUM_THREADS", "OPENBLAS_NUM_THREADS", "MKL_NUM_THREADS", "VECLIB_MAXIMUM_THREADS"), "1"
)
QUIT_TIMEOUT_SECONDS = 5.0
LARGEST_LOG = 1 << 20
"""Bytes; the session after begins it anew."""


def log_path() -> Path:
    """Where the engine's stderr goes: whatever audio libraries print. Nobody must miss a session because of it."""
    folder = Path(platformdirs.user_log_dir("holostream", appauthor=False))
    with contextlib.suppress(OSError):
        folder.mkdir(parents=True, exist_ok=True)
    path = folder / "engine.log"
    if os.access(path if path.exists() else folder, os.W_OK):
        return path
    return Path(tempfile.gettempdir()) / f"holostream-engine-{os.getpid()}.log"


def launch_engine(settings: LiveSettings, shared: Path, resume: bool) -> subprocess.Popen[str]:
    """Events come on its stdout; `shared` is the mapped file. `resume`: go on where the status stands."""
    arguments = {"settings": settings_to_dict(settings), "shared": str(shared), "resume": resume}
    path = log_path()
    if not resume and path.exists() and path.stat().st_size > LARGEST_LOG:
        os.truncate(path, 0)
    # Other sessions may run and write there, too.
    with path.open("a", encoding="utf-8") as log:
        print(time.strftime("-- %Y-%m-%d %H:%M:%S: an engine begins"), file=log, flush=True)
        return subprocess.Popen(
            [sys.executable, "-m", "holostream.engine.engine_process", json.dumps(arguments)],
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            stderr=log,
            text=True,
            env={**os.environ, **ONE_THREAD},
            start_new_session=True,  # Ctrl-C and a closed terminal are for us; it ends once it has finished its files
        )


def why_late(settings: LiveSettings, seconds: float) -> str:
    """What to tell of an engine that has not started in so many seconds, and has told nothing itself."""
    hint = "the sound server probably does not answer: restart it, or play without one with --device-api virtual; "
    return f"the engine did not start in {seconds:g} s; {'' if wants_virtual(settings) else hint}its log is {log_path()}"


def ask_engine(engine: subprocess.Popen[str] | None, request: dict) -> None:
    """A request on its stdin; nothing if it has ended."""
    if engine is None or engine.stdin is None or engine.poll() is not None:
        return
    try:
        engine.stdin.write(json.dumps(request) + "\n")
        engine.stdin.flush()
    except OSError:
        return  # it has just ended


def end_engine(engine: subprocess.Popen[str] | None) -> None:
    """Politely first."""
    if engine is None or engine.poll() is not None:
        return
    ask_engine(engine, {"quit": True})
    try:
        engine.wait(QUIT_TIMEOUT_SECONDS)
    except subprocess.TimeoutExpired:  # an audio library that does not return
        engine.kill()
        engine.wait()
