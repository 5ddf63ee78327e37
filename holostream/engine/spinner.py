"""Run by its path, with the numbers of a processor and of the process that starts it: keeps the processor busy with nothing
at the lowest priority there is, for as long as that process lives."""

from __future__ import annotations

import os
import sys

TURNS = 10_000
"""Between two looks whether the parent lives: less than a millisecond, for where others are busy it gets no more than that a second."""


def spin(processor: int, parent: int) -> None:
    """Returns once the parent is gone. Linux only."""
    os.sched_setaffinity(0, {processor})
    os.sched_setscheduler(0, os.SCHED_IDLE, os.sched_param(0))
    while os.getppid() == parent:
        for _ in range(TURNS):
            pass


if __name__ == "__main__":
    spin(int(sys.argv[1]), int(sys.argv[2]))
