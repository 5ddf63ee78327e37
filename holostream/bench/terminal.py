"""A program in a pseudo terminal, so that a full-screen program draws as on a real one; the drawing is thrown away.

Linux and macOS only: Windows has no pseudo terminals of this kind.
"""

from __future__ import annotations

import contextlib
import fcntl
import os
import pty
import struct
import subprocess
import termios
import threading
from collections.abc import Mapping, Sequence
from pathlib import Path

ROWS, COLUMNS = 24, 80
TAIL_BYTES = 4096
STOP_SECONDS = 10.0


class TerminalProgram:
    """Use as a context manager: leaving it ends the program, politely first."""

    def __init__(
        self, command: Sequence[str], environment: Mapping[str, str] | None = None, folder: Path | None = None
    ) -> None:
        self._master, slave = pty.openpty()
        fcntl.ioctl(slave, termios.TIOCSWINSZ, struct.pack("HHHH", ROWS, COLUMNS, 0, 0))
        try:
            self._process = subprocess.Popen(
                command,
                stdin=slave,
                stdout=slave,
                stderr=slave,
                start_new_session=True,
                cwd=folder,
                env={**os.environ, **(environment or {}), "TERM": "xterm-256color"},
            )
        finally:
            os.close(slave)
        self.drawn_bytes = 0
        self._tail = b""
        self._reader = threading.Thread(target=self._drain, daemon=True)
        self._reader.start()

    def __enter__(self) -> TerminalProgram:
        return self

    def __exit__(self, *exception: object) -> None:
        if self.running:
            self._process.terminate()
            try:
                self._process.wait(STOP_SECONDS)
            except subprocess.TimeoutExpired:
                self._process.kill()
                self._process.wait()
        self._reader.join(STOP_SECONDS)
        os.close(self._master)

    @property
    def pid(self) -> int:
        return self._process.pid

    @property
    def running(self) -> bool:
        return self._process.poll() is None

    @property
    def tail(self) -> str:
        """The last of what was drawn, for error messages."""
        return self._tail.decode("utf-8", "replace")

    def press(self, keys: str) -> None:
        """Type into the terminal."""
        with contextlib.suppress(OSError):
            os.write(self._master, keys.encode())

    def wait(self, timeout: float) -> int:
        """The exit code. Raises subprocess.TimeoutExpired."""
        code = self._process.wait(timeout)
        self._reader.join(STOP_SECONDS)
        return code

    def _drain(self) -> None:
        # A pseudo terminal whose other end is closed reads as an error on Linux, as the end of the file elsewhere.
        with contextlib.suppress(OSError):
            while part := os.read(self._master, 1 << 16):
                self.drawn_bytes += len(part)
                self._tail = (self._tail + part)[-TAIL_BYTES:]
