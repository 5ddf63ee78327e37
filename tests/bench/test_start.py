"""Start and load measurements end with figures of the right processes."""

from __future__ import annotations

import mmap
import os
import sys

import pytest

from holostream.bench.process_figures import allocated, children, command_line, cpu_seconds, have_figures, memory
from holostream.bench.start import process_loads, start_seconds

needs_proc = pytest.mark.skipif(not have_figures(), reason="only Linux's /proc tells")


def test_a_start():
    assert 0 < start_seconds() < 30


@needs_proc
def test_loads_of_both_processes():
    loads = process_loads(None, seconds=2.0)
    assert 20 < loads.engine.uss < loads.engine.rss < 250
    assert loads.control.rss > 20
    assert loads.engine_cpu > 0
    assert loads.drawn_kb > 0


@needs_proc
def test_figures_of_this_process():
    own = memory(os.getpid())
    assert 0 < own.uss <= own.pss <= own.rss
    assert cpu_seconds(os.getpid()) > 0
    assert os.path.basename(sys.executable)[:6] in command_line(os.getpid())[0]
    assert os.getpid() in children(os.getppid())
    with pytest.raises(OSError, match="No such"):
        memory(1 << 30)


@needs_proc
def test_what_this_process_has_allocated():
    before = allocated(os.getpid())
    with mmap.mmap(-1, 20_000_000, mmap.MAP_PRIVATE | mmap.MAP_ANONYMOUS) as held:  # never from memory freed before
        held[::4096] = b"1" * len(range(0, len(held), 4096))
        assert 18 < allocated(os.getpid()) - before < 25
    with pytest.raises(OSError, match="No such"):
        allocated(1 << 30)
