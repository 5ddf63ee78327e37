"""Keeps processors from sleeping while sound runs, and one of them for the engine: one that has slept comes back late and
cold, and a hop then takes up to four times as long.

Linux is asked not to let them sleep (PM QoS: /dev/cpu_dma_latency, held open at 0). In a virtual machine sleeping gives the
processor back to the host, and all of them awake are what the host takes away by force (docs/findings.md); there only
the engine's is kept busy, by a process that spins at a priority below everything else (SCHED_IDLE). Both cost power, so nothing of
this happens unasked.
"""

from __future__ import annotations

import contextlib
import os
import struct
import subprocess
import sys
from pathlib import Path

from holostream.engine import spinner

LATENCY_REQUEST = Path("/dev/cpu_dma_latency")
IDLE_DRIVER = Path("/sys/devices/system/cpu/cpuidle/current_driver")
_ALL = frozenset(os.sched_getaffinity(0)) if hasattr(os, "sched_getaffinity") else frozenset[int]()
"""Processors that this program may use."""
_ENGINES = max(_ALL, default=0)
"""The one that the engine gets."""
VIRTUAL_DRIVERS = ("", "none", "haltpoll")
"""Idle drivers, or none at all, of virtual machines."""


class AwakeProcessors:
    """From the making to `close`, or the end of this process. `remark` says why it cannot be, if so."""

    def __init__(self, request: Path = LATENCY_REQUEST, idle_driver: Path = IDLE_DRIVER) -> None:
        self.remark: str | None = None
        self._request: int | None = None
        self._spinning: subprocess.Popen[bytes] | None = None
        if not sys.platform.startswith("linux"):
            self.remark = "processors can be kept awake on Linux only: going on without"
        elif _driver(idle_driver) in VIRTUAL_DRIVERS:
            self._spin()
        else:
            self._ask(request)

    def _ask(self, request: Path) -> None:
        try:
            self._request = os.open(request, os.O_WRONLY)
            os.write(self._request, struct.pack("i", 0))
        except OSError as error:
            self.close()
            self.remark = (
                f"processors cannot be kept awake ({request}: {error.strerror}); "
                f"let this user write to {request}: going on without"
            )

    def _spin(self) -> None:
        command = [sys.executable, "-I", "-S", spinner.__file__, str(_ENGINES), str(os.getpid())]
        self._spinning = subprocess.Popen(command, stdin=subprocess.DEVNULL, stdout=subprocess.DEVNULL)

    def close(self) -> None:
        """Let them sleep again, and this process run on all of them; safe to call twice."""
        _run_on(_ALL)
        if self._request is not None:
            with contextlib.suppress(OSError):
                os.close(self._request)
            self._request = None
        if self._spinning is not None:
            self._spinning.kill()
            self._spinning.wait()
        self._spinning = None


def share_processors(engine: int) -> None:
    """The last processor to the process that has just been started, the others to this one, so that what draws the screen
    does not push the audio thread's data out of the caches. Nothing where there is only one, or no such thing."""
    if len(_ALL) < 2 or not sys.platform.startswith("linux"):
        return
    with contextlib.suppress(OSError):  # it has just ended
        os.sched_setaffinity(engine, {_ENGINES})
    _run_on(_ALL - {_ENGINES})


def _run_on(processors: frozenset[int]) -> None:
    """All threads of this process."""
    if not processors or not sys.platform.startswith("linux"):
        return
    for thread in Path("/proc/self/task").iterdir():
        with contextlib.suppress(OSError):
            os.sched_setaffinity(int(thread.name), processors)


def _driver(path: Path) -> str:
    """The idle driver's name; empty if there is none."""
    try:
        return path.read_text(encoding="ascii").strip()
    except (OSError, ValueError):
        return ""
