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
