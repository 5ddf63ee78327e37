"""Keeps the engine's memory in memory: a page that the system took away, or that was given back to it, costs the callback
up to milliseconds when it is needed again."""

from __future__ import annotations

import contextlib
import ctypes
import sys

import numpy as np

MCL_CURRENT, MCL_ONFAULT = 1, 4
M_TRIM_THRESHOLD, M_MMAP_THRESHOLD = -1, -3
LARGEST_FROM_HEAP = 1 << 25
"""Bytes; glibc takes no more."""
RESERVE = 1 << 20
"""Bytes; switching between all tiers the audio thread was seen to need a third of that."""


def lock_memory() -> bool:
    """Lock every page this process has or will touch in what is mapped now, without filling the rest (Linux). False
    where the system does not allow or know it; then everything works as before."""
    if sys.platform != "linux":
        return False
    with contextlib.suppress(OSError, AttributeError):
        return ctypes.CDLL(None).mlockall(MCL_CURRENT | MCL_ONFAULT) == 0
    return False


def keep_freed_memory() -> bool:
    """Have the allocator keep what is freed (glibc): taking it anew means page faults, and changes of the process's map, which
    wait for everybody who reads that map. False where it cannot be told; then everything works as before."""
    if sys.platform != "linux":
        return False
    with contextlib.suppress(OSError, AttributeError):
        allocator = ctypes.CDLL(None)
        kept = allocator.mallopt(M_TRIM_THRESHOLD, 2**31 - 1)
        return bool(kept and allocator.mallopt(M_MMAP_THRESHOLD, LARGEST_FROM_HEAP))
    return False


def reserve_memory() -> None:
    """Grow the heap of the calling thread by what it will need, so that it need not grow later; it stays so large once
    `keep_freed_memory` was called."""
    np.ones(RESERVE, np.uint8)
