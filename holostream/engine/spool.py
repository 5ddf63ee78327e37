"""The last minutes of what was heard, as finished blocks of a `.holo` in memory, for a capture of what was just played.

A `PackedBlock` is made once, for the spool and a recording alike.
"""

from __future__ import annotations

from collections import deque
from dataclasses import dataclass, field

MOST_BYTES = 1 << 28
"""However many minutes are asked for and whatever floods them with events."""


@dataclass(frozen=True)
class PackedBlock:
    """A block of frames as a file has it, and the packed events that stand before it.

    `state` (the values of all commands before its first hop), of a key block only, is written where a file begins with
    it; `missed`, what happened in hops that nobody could follow before it, everywhere else.
    """

    first_hop: int
    hops: int
    frames: bytes
    events: bytes
    state: bytes | None = None
    missed: bytes = b""

    @property
    def size(self) -> int:
        """Bytes in memory, the object left alone."""
        return len(self.frames) + len(self.events) + len(self.missed) + len(self.state or b"")

    def before(self, begins_file: bool) -> bytes:
        """The events to write before the frames."""
        return (self.state or b"" if begins_file else self.missed) + self.events


@dataclass
class _Stretch:
    """Blocks that decode alone: the first is a key block."""

    blocks: list[PackedBlock] = field(default_factory=list)
    hops: int = 0
    bytes: int = 0


class Spool:
    """Keeps at least `keep_hops` hops once it has them, and hardly more: what goes is a stretch up to a key block."""

    def __init__(self, keep_hops: int) -> None:
        self._keep_hops = keep_hops
        self._stretches: deque[_Stretch] = deque()
        self.hops = self.bytes = 0

    def add(self, block: PackedBlock) -> None:
        """The next one; before the first key block there is nothing to be kept."""
        if block.state is not None:
            self._stretches.append(_Stretch())
        if not self._stretches:
            return
        newest = self._stretches[-1]
        newest.blocks.append(block)
        newest.hops, newest.bytes = newest.hops + block.hops, newest.bytes + block.size
        self.hops, self.bytes = self.hops + block.hops, self.bytes + block.size
        while len(self._stretches) > 1 and self._too_much():
            gone = self._stretches.popleft()
            self.hops, self.bytes = self.hops - gone.hops, self.bytes - gone.bytes

    def _too_much(self) -> bool:
        return self.hops - self._stretches[0].hops >= self._keep_hops or self.bytes > MOST_BYTES

    def blocks(self) -> list[PackedBlock]:
        """All that are kept, oldest first; they decode without any other."""
        return [block for stretch in self._stretches for block in stretch.blocks]
