"""The queue that carries commands to the audio callback: when full the writer is told."""

from __future__ import annotations

from holostream.engine.command import command_kind
from holostream.engine.command_queue import CommandQueue, bytes_for

NOW = -1
"""Instead of a hop: as soon as possible."""


class CommandRing(CommandQueue):
    """Each command comes once it is due."""

    CAPACITY = 1024
    BYTES = bytes_for(CAPACITY)

    def send(self, name: str, value: float, hop: int = NOW) -> bool:
        """Queue one command, for a hop of the session or NOW; hops must not decrease. False if the queue is full.

        Raises ValueError for an unknown name or bad value.
        """
        return self._put(hop, name, command_kind(name).accepted(value))

    @property
    def hold(self) -> int:
        """The hop before which the reader waits for the writer, if it can (virtual time); 0: it need not."""
        return self._note[0]

    @hold.setter
    def hold(self, hop: int) -> None:
        self._note[0] = hop

    def receive(self, hop: int = 0) -> tuple[str, float] | None:
        """The next command, or None if there is none, or none that is due at `hop`."""
        taken = self._take(hop)
        return None if taken is None else taken[1:]
