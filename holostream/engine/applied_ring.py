"""The ring of applied commands: from the audio callback back to the control process, each with the hop it took effect at.

One writer (the callback), one reader (the session). A command of hop n is here before any frame of hop n is in the DNA
ring: a reader that reads frames first and this ring after them has every command of the frames it holds.
"""

from __future__ import annotations

from typing import NamedTuple

import numpy as np

from holostream.engine.command import COMMAND_NUMBER, COMMANDS

_SLOT = np.dtype([("hop", "<i8"), ("value", "<f8"), ("number", "<u4")], align=True)


class AppliedCommand(NamedTuple):
    """`value` holds from the beginning of `hop` on; gains and mixes glide there within it.

    A tier is primed in that hop and heard from the next one on, or, if a fade is on its way, once that has ended.
    """

    hop: int
    name: str
    value: float


class AppliedRing:
    """Single-writer single-reader queue in a zeroed buffer of `BYTES`; what finds it full is lost and counted."""

    CAPACITY = 1 << 14
    """Room for the fastest controllers for as long as the DNA ring can wait for a slow disk."""
    BYTES = 128 + CAPACITY * _SLOT.itemsize

    def __init__(self, buffer: memoryview | bytearray) -> None:
        counters = memoryview(buffer).cast("B")[:128].cast("Q")
        self._written, self._lost, self._read = counters[0:1], counters[1:2], counters[8:9]
        self._slots = np.frombuffer(buffer, _SLOT, self.CAPACITY, offset=128)

    @property
    def lost(self) -> int:
        """Commands that were applied and found the ring full, since the session began."""
        return self._lost[0]

    def report(self, hop: int, name: str, value: float) -> None:
        """The writer's: a command of the table as it is applied. Never waits."""
        written = self._written[0]
        if written - self._read[0] >= self.CAPACITY:
            self._lost[0] += 1
            return
        self._slots[written % self.CAPACITY] = hop, value, COMMAND_NUMBER[name]
        self._written[0] = written + 1

    def take(self) -> list[AppliedCommand]:
        """The reader's: all that have come since the last time, in order."""
        read, written = self._read[0], self._written[0]
        taken = []
        for place in range(read, written):
            hop, value, number = self._slots[place % self.CAPACITY]
            taken.append(AppliedCommand(int(hop), COMMANDS[number].name, float(value)))
        self._read[0] = written
        return taken
