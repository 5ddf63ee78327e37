"""A JACK server of our own without a sound card (`jackd -d dummy`), private to one measurement and always cleaned up.

It has a name of its own, so it neither disturbs nor meets a server of the user's; its clients find it through the
environment this hands out. Real-time scheduling is used where the system allows it.
"""

from __future__ import annotations

import os
import shutil
import subprocess
import sys
import tempfile
import time
import uuid
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

READY_SECONDS = 10.0
STOP_SECONDS = 3.0
TOOL_SECONDS = 5.0
TOOLS = ("jackd", "jack_lsp", "jack_connect", "jack_disconnect", "jack_bufsize")


@dataclass(frozen=True)
class JackServer:
    """A running server. `environment` makes a program's JACK clients use it."""

    name: str
    period: int
    realtime: bool
    environment: dict[str, str]
    log: Path

    def run_tool(self, *command: str) -> subprocess.CompletedProcess[str]:
        """Run one of JACK's command-line tools against this server."""
        return subprocess.run(
            command,
            capture_output=True,
            text=True,
            timeout=TOOL_SECONDS,
            check=False,
            env={**os.environ, **self.environment},
        )

    def late_wakeups(self) -> int:
        """How often the server itself was not woken in time: the machine's share of the dropouts."""
        return self.log.read_text(errors="replace").count("JackTimedDriver")


def require_jack() -> None:
    """Raises ValueError with what to install if JACK's programs are missing."""
    if missing := [tool for tool in TOOLS if shutil.which(tool) is None]:
        raise ValueError(
            f"{', '.join(missing)} not found: this measurement needs a JACK server; "
            "on Debian or Ubuntu run 'sudo apt-get install jackd2'"
        )


def may_run_realtime() -> bool:
    """Whether a process of ours may have real-time scheduling."""
    probe = "import os; os.sched_setscheduler(0, os.SCHED_FIFO, os.sched_param(1))"
    if not hasattr(os, "sched_setscheduler"):
        return False
    return subprocess.run([sys.executable, "-c", probe], capture_output=True, check=False).returncode == 0


@contextmanager
def jack_server(period: int, rate: int = 48000, realtime: bool | None = None) -> Iterator[JackServer]:
    """Start a server, give it once it answers, stop it. Raises ValueError without JACK, RuntimeError if it fails."""
    require_jack()
    realtime = may_run_realtime() if realtime is None else realtime
    name = f"holostream-{uuid.uuid4().hex[:8]}"
    with tempfile.TemporaryDirectory() as folder:
        server = JackServer(
            name,
            period,
            realtime,
            {
                # Never a server that JACK starts behind our back, never a reservation over a bus that is not there.
                "JACK_DEFAULT_SERVER": name,
                "JACK_NO_START_SERVER": "1",
                "JACK_NO_AUDIO_RESERVATION": "1",
            },
            Path(folder) / "jackd.log",
        )
        command = [
            "jackd",
            "-n",
            name,
            "-R" if realtime else "-r",
            "-d",
            "dummy",
            "-r",
            str(rate),
            "-p",
            str(period),
            "-C",
            "2",
            "-P",
            "2",
        ]
        if shutil.which("stdbuf"):  # the log is read while the server runs
            command = ["stdbuf", "-oL", *command]
        with server.log.open("wb") as log:
            process = subprocess.Popen(
                command,
                stdin=subprocess.DEVNULL,
                stdout=log,
                stderr=subprocess.STDOUT,
                env={**os.environ, **server.environment},
                start_new_session=True,
            )
        try:
            _wait_until_ready(server, process)
            yield server
        finally:
            _stop(process)
            for left in Path("/dev/shm").glob(f"jack*{name}*"):
                left.unlink(missing_ok=True)


def _wait_until_ready(server: JackServer, process: subprocess.Popen[bytes]) -> None:
    deadline = time.monotonic() + READY_SECONDS
    while time.monotonic() < deadline and process.poll() is None:
        try:
            if str(server.period) in server.run_tool("jack_bufsize").stdout.split():
                return
        except subprocess.TimeoutExpired:
            continue
        time.sleep(0.05)
    raise RuntimeError(
        f"jackd did not come up at period {server.period}: {server.log.read_text(errors='replace')[-400:]}"
    )


def _stop(process: subprocess.Popen[bytes]) -> None:
    process.terminate()
    try:
        process.wait(STOP_SECONDS)
    except subprocess.TimeoutExpired:
        process.kill()
        process.wait()
