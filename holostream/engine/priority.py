"""Real-time priority for the thread that calls, where the system allows it."""

from __future__ import annotations

import contextlib
import os

FIFO_PRIORITY = 50
"""Below PipeWire's 60."""
NICE = -10


def raise_thread_priority() -> None:
    """First in, first out at 50, else nice -10, else stay. A thread that is real-time already is left alone:
    the sound server chose its place, and nothing of ours may rank above the server."""
    if not hasattr(os, "sched_setscheduler"):
        return
    with contextlib.suppress(OSError):
        if os.sched_getscheduler(0) in (os.SCHED_FIFO, os.SCHED_RR):
            return
        try:
            os.sched_setscheduler(0, os.SCHED_FIFO, os.sched_param(FIFO_PRIORITY))
        except PermissionError:
            os.nice(NICE)
