"""Locking the engine's memory."""

from __future__ import annotations

import re
import subprocess
import sys

import pytest


@pytest.mark.skipif(sys.platform != "linux", reason="only Linux can lock memory as it is touched")
def test_what_is_locked_is_counted_by_the_system_or_nothing_breaks():
    program = (
        "from holostream.engine.memory_lock import lock_memory; locked = lock_memory();"
        "print(locked, open('/proc/self/status').read())"
    )
    told = subprocess.run([sys.executable, "-c", program], capture_output=True, text=True, check=True).stdout
    kilobytes = int(re.search(r"VmLck:\s+(\d+)", told)[1])
    assert (kilobytes > 1000) == told.startswith("True")


FAULTS_OF_A_SECOND_TIME = """
import resource, sys, threading
from holostream.engine.memory_lock import keep_freed_memory, reserve_memory

def faults():
    before = resource.getrusage(resource.RUSAGE_THREAD).ru_minflt
    reserve_memory()
    return resource.getrusage(resource.RUSAGE_THREAD).ru_minflt - before

def twice():
    faults()
    print(faults())

if sys.argv[1] == "kept" and not keep_freed_memory():
    print("unknown")
thread = threading.Thread(target=twice)
thread.start()
thread.join()
"""


@pytest.mark.skipif(sys.platform != "linux", reason="only Linux counts a thread's page faults")
def test_what_a_thread_has_reserved_it_keeps():
    told = {
        how: subprocess.run([sys.executable, "-c", FAULTS_OF_A_SECOND_TIME, how], capture_output=True, text=True, check=True)
        .stdout.split()
        for how in ("kept", "given back")
    }  # fmt: skip
    if told["kept"][0] != "unknown":  # another C library than glibc
        assert int(told["kept"][0]) < 20
        assert int(told["given back"][0]) > 100
