"""Real-time priority for the thread that calls, where the system allows it."""

from __future__ import annotations

import contextlib
import os

FIFO_PRIORITY = 50
"""Below PipeWire's 60."""
LOWEST_FIFO_PRIORITY = 1
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


def keep_thread_running() -> None:
    """Real-time too, where the system allows it, but below every audio thread: a thread that shares its interpreter with the
    audio callback must not be put aside for others while it holds the interpreter, or the callback waits for all of
    them. Threads that it starts are ordinary ones."""
    if hasattr(os, "sched_setscheduler"):
        with contextlib.suppress(OSError):
            os.sched_setscheduler(0, os.SCHED_FIFO | os.SCHED_RESET_ON_FORK, os.sched_param(LOWEST_FIFO_PRIORITY))
