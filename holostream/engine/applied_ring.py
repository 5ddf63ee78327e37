"""The ring of applied commands: from the audio callback back to the control process, each with the hop it took effect at.

One writer (the callback), one reader (the session). A command of hop n is here before any frame of hop n is in the DNA
ring: a reader that reads frames first and this ring after them has every command of the frames it holds.
"""

from __future__ import annotations

from typing import NamedTuple

from holostream.engine.command_queue import CommandQueue, bytes_for


class AppliedCommand(NamedTuple):
    """`value` holds from the beginning of `hop` on; gains and mixes glide there within it.

    A tier is primed in that hop and heard from the next one on, or, if a fade is on its way, once that has ended.
    """

    hop: int
    name: str
    value: float


class AppliedRing(CommandQueue):
    """What finds it full is lost and counted."""

    CAPACITY = 1 << 14
    """Room for the fastest controllers for as long as the DNA ring can wait for a slow disk."""
    BYTES = bytes_for(CAPACITY)

    @property
    def lost(self) -> int:
        """Commands that were applied and found the ring full, since the session began."""
        return self._note[0]

    def report(self, hop: int, name: str, value: float) -> None:
        """The writer's: a command of the table as it is applied. Never waits."""
        if not self._put(hop, name, value):
            self._note[0] += 1

    def take(self) -> list[AppliedCommand]:
        """The reader's: all that have come since the last time, in order."""
        return [AppliedCommand(*taken) for taken in iter(self._take, None)]
