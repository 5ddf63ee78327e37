"""A JACK server of our own without a sound card (`jackd -d dummy`), private to one measurement and always cleaned up.

It has a name of its own, so it neither disturbs nor meets a server of the user's; its clients find it through the
environment this hands out. Real-time scheduling is used where the system allows it. JACK has room for eight servers,
and a killed one keeps its place until its name is used again: hence the few fixed names instead of ever new ones.
"""

from __future__ import annotations

import os
import shutil
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

NAMES = tuple(f"holostream-{number}" for number in range(4))
STARTING, TAKEN = "JACK server starting", "already active"
"""What jackd says once it has its name, and when it cannot have it."""
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
    pid: int

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
def jack_server(
    period: int, rate: int = 48000, realtime: bool | None = None, patient: bool = False
) -> Iterator[JackServer]:
    """Start a server, give it once it answers, stop it. Raises ValueError without JACK, RuntimeError if it fails.

    A patient one waits for its clients in every cycle (jackd's synchronous mode), so that a busy machine delays sound
    instead of dropping some: for what has to be exact, not for measuring.
    """
    require_jack()
    realtime = may_run_realtime() if realtime is None else realtime
    with tempfile.TemporaryDirectory() as folder:
        server, process = _start_one(period, rate, realtime, patient, Path(folder) / "jackd.log")
        try:
            yield server
        finally:
            _stop(process)
            for left in Path("/dev/shm").glob(f"jack*_{server.name}_*"):
                left.unlink(missing_ok=True)


def _start_one(
    period: int, rate: int, realtime: bool, patient: bool, log: Path
) -> tuple[JackServer, subprocess.Popen[bytes]]:
    """The first of NAMES that no living server has: jackd itself decides, and ends at once if it is taken."""
    for name in NAMES:
        environment = {
            # Never a server that JACK starts behind our back, never a reservation over a bus that is not there.
            "JACK_DEFAULT_SERVER": name, "JACK_NO_START_SERVER": "1", "JACK_NO_AUDIO_RESERVATION": "1",
        }  # fmt: skip
        command = ["jackd", "-n", name, "-R" if realtime else "-r", *(["-S"] if patient else [])]
        command += ["-d", "dummy", "-r", str(rate), "-p", str(period), "-C", "2", "-P", "2"]
        if shutil.which("stdbuf"):  # the log is read while the server runs; it becomes jackd, with the same pid
            command = ["stdbuf", "-oL", *command]
        with log.open("wb") as file:
            process = subprocess.Popen(
                command, stdin=subprocess.DEVNULL, stdout=file, stderr=subprocess.STDOUT,
                env={**os.environ, **environment}, start_new_session=True,
            )  # fmt: skip
        server = JackServer(name, period, realtime, environment, log, process.pid)
        if _answers(server, process):
            return server, process
        _stop(process)
        if TAKEN not in log.read_text(errors="replace"):
            break
    raise RuntimeError(
        f"jackd did not come up at period {period}: {log.read_text(errors='replace')[-400:].strip()} (places of killed "
        "servers are freed by removing /dev/shm/jack-shm-registry while no JACK server runs)"
    )


def _answers(server: JackServer, process: subprocess.Popen[bytes]) -> bool:
    """Whether it comes up, at the period asked for, before it ends or READY_SECONDS are over."""
    deadline = time.monotonic() + READY_SECONDS
    while time.monotonic() < deadline and process.poll() is None:
        try:
            answer = server.run_tool("jack_bufsize").stdout.split()
        except subprocess.TimeoutExpired:
            continue
        # Another server of this name would answer too, until ours has found that out and ended.
        if str(server.period) in answer and STARTING in server.log.read_text(errors="replace"):
            return True
        time.sleep(0.05)
    return False


def _stop(process: subprocess.Popen[bytes]) -> None:
    process.terminate()
    try:
        process.wait(STOP_SECONDS)
    except subprocess.TimeoutExpired:
        process.kill()
        process.wait()
