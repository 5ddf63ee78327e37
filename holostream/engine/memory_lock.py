"""Keeps the engine's memory in memory: a page that the system took away costs milliseconds in the callback."""

from __future__ import annotations

import contextlib
import ctypes
import sys

MCL_CURRENT, MCL_ONFAULT = 1, 4


def lock_memory() -> bool:
    """Lock every page this process has or will touch in what is mapped now, without filling the rest (Linux). False
    where the system does not allow or know it; then everything works as before."""
    if sys.platform != "linux":
        return False
    with contextlib.suppress(OSError, AttributeError):
        return ctypes.CDLL(None).mlockall(MCL_CURRENT | MCL_ONFAULT) == 0
    return False
