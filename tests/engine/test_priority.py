"""Real-time priorities, each tried in a process of its own."""

from __future__ import annotations

import subprocess
import sys

import pytest

pytestmark = pytest.mark.skipif(sys.platform != "linux", reason="schedulers are Linux's here")


def scheduling(program: str) -> list[str]:
    """What a program printed of its scheduler, priority and that of a thread it started."""
    tell = (
        "import os, threading\n"
        "tell = lambda: print(os.sched_getscheduler(0) & 15, os.sched_getparam(0).sched_priority)\n"
    )
    after = "\ntell()\nthread = threading.Thread(target=tell); thread.start(); thread.join()"
    result = subprocess.run([sys.executable, "-c", tell + program + after], capture_output=True, text=True, check=True)
    return result.stdout.split("\n")[:2]


def allowed() -> bool:
    own = "import os; os.sched_setscheduler(0, os.SCHED_FIFO, os.sched_param(1))"
    return subprocess.run([sys.executable, "-c", own], capture_output=True).returncode == 0


def test_a_thread_that_is_kept_running_is_real_time_below_all_others_and_alone_in_it():
    own, started = scheduling("from holostream.engine.priority import keep_thread_running as k; k()")
    assert own == ("1 1" if allowed() else "0 0")  # SCHED_FIFO, the lowest; where it may not be, as before
    assert started == "0 0"


def test_the_audio_thread_is_above_it_but_not_where_a_server_has_chosen():
    raised, _ = scheduling("from holostream.engine.priority import raise_thread_priority as r; r()")
    assert raised == ("1 50" if allowed() else "0 0")
    if allowed():
        program = "os.sched_setscheduler(0, os.SCHED_RR, os.sched_param(7))\n"
        chosen, _ = scheduling(program + "from holostream.engine.priority import raise_thread_priority as r; r()")
        assert chosen == "2 7"
