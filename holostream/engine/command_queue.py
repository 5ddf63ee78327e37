"""A queue of commands in shared memory, each with a hop: one writer, one reader, nobody waits."""

from __future__ import annotations

from typing import ClassVar

import numpy as np

from holostream.engine.command import COMMAND_NUMBER, COMMANDS

SLOT = np.dtype([("hop", "<i8"), ("value", "<f8"), ("number", "<u4")], align=True)
HEADER_BYTES = 128
"""Counters that the writer changes, and, a cache line further, the reader's."""


class CommandQueue:
    """A view of a queue in a zeroed buffer of `bytes_for(CAPACITY)`, with a `_note` beside it, a number of the writer's."""

    CAPACITY: ClassVar[int]

    def __init__(self, buffer: memoryview | bytearray) -> None:
        counters = memoryview(buffer).cast("B")[:HEADER_BYTES].cast("Q")
        self._written, self._note, self._read = counters[0:1], counters[1:2], counters[8:9]
        self._slots = np.frombuffer(buffer, SLOT, self.CAPACITY, offset=HEADER_BYTES)

    def _put(self, hop: int, name: str, value: float) -> bool:
        """The writer's: False if the queue is full."""
        written = self._written[0]
        if written - self._read[0] >= self.CAPACITY:
            return False
        self._slots[written % self.CAPACITY] = hop, value, COMMAND_NUMBER[name]
        self._written[0] = written + 1
        return True

    def _take(self, hop: int | None = None) -> tuple[int, str, float] | None:
        """The reader's: the first hop, name and value, or None if there is none, or none that is due at `hop`."""
        read = self._read[0]
        if read == self._written[0]:
            return None
        due, value, number = self._slots[read % self.CAPACITY]
        if hop is not None and due > hop:
            return None
        self._read[0] = read + 1
        return int(due), COMMANDS[number].name, float(value)


def bytes_for(capacity: int) -> int:
    """Of the buffer of a queue."""
    return HEADER_BYTES + capacity * SLOT.itemsize
