"""A program in the pseudo terminal sees a terminal of 80 x 24, gets keys, and is ended with the block."""

from __future__ import annotations

import sys

from holostream.bench.terminal import TerminalProgram

LOOK = "import os, sys; print(os.get_terminal_size(), sys.stdin.isatty(), os.environ['TERM']); print('got', input())"


def test_size_keys_and_exit_code():
    with TerminalProgram([sys.executable, "-c", LOOK]) as program:
        program.press("x7\n")
        assert program.wait(20) == 0
    assert "columns=80, lines=24" in program.tail
    assert "True xterm-256color" in program.tail
    assert "got x7" in program.tail
    assert program.drawn_bytes > 0


def test_what_still_runs_is_ended():
    with TerminalProgram([sys.executable, "-c", "import time; time.sleep(60)"]) as program:
        assert program.running
    assert not program.running
