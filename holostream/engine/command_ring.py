"""The queue that carries commands to the audio callback through shared memory: one writer, one reader, nobody waits."""

from __future__ import annotations

import numpy as np

from holostream.engine.command import COMMAND_NUMBER, COMMANDS, command_kind

NOW = -1
"""Instead of a hop: as soon as possible."""
_SLOT = np.dtype([("hop", "<i8"), ("value", "<f8"), ("number", "<u4")], align=True)


class CommandRing:
    """A view of a queue in a buffer; when full the writer is told."""

    CAPACITY = 1024
    BYTES = 128 + CAPACITY * _SLOT.itemsize

    def __init__(self, buffer: memoryview | bytearray) -> None:
        counters = memoryview(buffer).cast("B")[:128].cast("Q")
        self._written, self._hold, self._read = counters[0:1], counters[1:2], counters[8:9]
        self._slots = np.frombuffer(buffer, _SLOT, self.CAPACITY, offset=128)

    def send(self, name: str, value: float, hop: int = NOW) -> bool:
        """Queue one command, for a hop of the session or NOW; hops must not decrease. False if the queue is full.

        Raises ValueError for an unknown name or bad value.
        """
        accepted = command_kind(name).accepted(value)
        written = self._written[0]
        if written - self._read[0] >= self.CAPACITY:
            return False
        self._slots[written % self.CAPACITY] = hop, accepted, COMMAND_NUMBER[name]
        self._written[0] = written + 1
        return True

    @property
    def hold(self) -> int:
        """The hop before which the reader waits for the writer, if it can (virtual time); 0: it need not."""
        return self._hold[0]

    @hold.setter
    def hold(self, hop: int) -> None:
        self._hold[0] = hop

    @property
    def pending(self) -> bool:
        return self._written[0] != self._read[0]

    def receive(self, hop: int = 0) -> tuple[str, float] | None:
        """The next command, or None if there is none, or none that is due at `hop`."""
        read = self._read[0]
        if read == self._written[0]:
            return None
        due, value, number = self._slots[read % self.CAPACITY]
        if due > hop:
            return None
        self._read[0] = read + 1
        return COMMANDS[number].name, float(value)
