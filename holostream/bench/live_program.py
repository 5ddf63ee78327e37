"""The real `holostream live`, with its screen drawing in a pseudo terminal, watched from outside."""

from __future__ import annotations

import json
import subprocess
import sys
import time
from collections.abc import Mapping
from pathlib import Path
from types import TracebackType

from holostream.bench.process_figures import children, command_line
from holostream.bench.terminal import TerminalProgram
from holostream.engine.shared_state import SharedState

START_SECONDS = 30.0
END_SECONDS = 30.0
ENGINE_MODULE = "holostream.engine.engine_process"


class LiveProgram:
    """`arguments` are those of the command line; `folder` is where it runs and leaves its statistics."""

    def __init__(self, arguments: list[str], folder: Path, environment: Mapping[str, str] | None = None) -> None:
        self._stats = folder / "stats.json"
        self._stats.unlink(missing_ok=True)
        command = [sys.executable, "-m", "holostream.cli", "live", *arguments, "--stats", str(self._stats)]
        # What is measured begins alike every time, and the user's own last session, MIDI map and presets stay theirs.
        own = {"XDG_STATE_HOME": str(folder / "state"), "XDG_CONFIG_HOME": str(folder / "config")}
        self.terminal = TerminalProgram(command, {**(environment or {}), **own}, folder)

    def __enter__(self) -> LiveProgram:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, traceback: TracebackType | None
    ) -> None:
        self.terminal.__exit__(kind, error, traceback)

    def engine(self) -> tuple[int, SharedState]:
        """The engine's process and a view of its shared memory, once sound runs. Linux only. Raises RuntimeError."""
        deadline = time.monotonic() + START_SECONDS
        while self.terminal.running and time.monotonic() < deadline:
            for pid in children(self.terminal.pid):
                words = command_line(pid)
                if ENGINE_MODULE in words and words[-1].startswith("{"):
                    arguments = json.loads(words[-1])
                    settings = arguments["settings"]
                    shared = SharedState.attach(
                        Path(arguments["shared"]), 2 if settings["stereo"] else 1, settings["ring_frames"]
                    )
                    if int(shared.status.record.hops) > 0:
                        return pid, shared
            time.sleep(0.05)
        raise RuntimeError(f"holostream live did not begin to play; its screen said: {self.terminal.tail[-500:]!r}")

    def finish(self, seconds: float) -> dict:
        """Wait for the end of a session of `seconds`; the statistics it wrote. Raises RuntimeError without any."""
        try:
            self.terminal.wait(seconds + END_SECONDS)
            return json.loads(self._stats.read_text(encoding="utf-8"))
        except (OSError, ValueError, subprocess.TimeoutExpired) as error:
            raise RuntimeError(
                f"holostream live left no statistics; its screen said: {self.terminal.tail[-500:]!r}"
            ) from error
