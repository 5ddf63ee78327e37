"""The ring of DNA frames: one writer, any number of readers, fixed size, no locks.

Each slot holds one frame of one voice. A voice is one tier's uninterrupted run: a tier switch starts a new voice, and
while two tiers fade into each other every hop has a frame of each. Frames that only primed a new voice (they were
run, not heard) are in the ring too, so that a recording can start a voice from the same state as the live one.

The ring lives in any writable buffer, so the engine writes into shared memory and the control process reads from it.
A slot's sequence number is cleared before and set after its payload; a reader that was overtaken notices, skips ahead
and counts what it lost. (Relies on stores becoming visible in order, as on x86; elsewhere the interpreter's own work
between two stores is what separates them.)
"""

from __future__ import annotations

import struct
from dataclasses import dataclass

import numpy as np

from holostream.codec.dna import Dna, one_frame
from holostream.codec.tier import TIERS

HEARD, PRIMING, MIXED = 0, 1, 2
"""What a frame is: heard (alone, or in a fade), run only to prime its voice, or heard as the second voice of a morph."""
_HEAD = struct.Struct("<QqIHBBBBB")
"""The fields of a slot before its codes, as `slot_type` lays them out: stored in one call."""


def slot_type(lanes: int) -> np.dtype:
    """The layout of one slot."""
    harmonics = max(TIERS)
    return np.dtype(
        [
            ("sequence", "<u8"),
            ("hop", "<i8"),
            ("voice", "<u4"),
            ("harmonics", "<u2"),
            ("kind", "u1"),
            ("fade_hop", "u1"),
            ("fade_hops", "u1"),
            ("level_from", "u1"),
            ("level_to", "u1"),
            ("row", "u1", (lanes * (1 + 2 * harmonics),)),
        ],
        align=True,
    )


def ring_bytes(lanes: int, capacity: int) -> int:
    """Bytes a ring of `capacity` frames needs: a header of one cache line, then the slots."""
    return 64 + capacity * slot_type(lanes).itemsize


@dataclass(frozen=True)
class RingFrame:
    """One frame as read: `dna` has one frame; `fade_hop` of `fade_hops` says how far a fade-in is (0 of 0: none); of a
    MIXED one the levels at which its hop begins and ends are `level_from` and `level_to`, see `tier_fade`."""

    hop: int
    voice: int
    kind: int
    fade_hop: int
    fade_hops: int
    dna: Dna
    level_from: int = 0
    level_to: int = 0


class DnaRing:
    """A view of a ring in `buffer` (bytes-like, writable, `ring_bytes` long, zeroed before first use)."""

    def __init__(self, buffer: memoryview | bytearray, lanes: int, capacity: int) -> None:
        self.lanes, self.capacity = lanes, capacity
        slots = np.frombuffer(buffer, slot_type(lanes), capacity, offset=64)
        self._slots, self._slot_bytes = slots, slots.itemsize
        self._bytes = memoryview(buffer).cast("B")
        counters = self._bytes[:64].cast("Q")
        self._written, self._read = counters[0:1], counters[1:2]
        self._sequence = slots["sequence"]
        self._rows = slots["row"]

    @property
    def written(self) -> int:
        """Frames written since the start."""
        return self._written[0]

    @property
    def fill(self) -> int:
        """Frames written that the reader which publishes its place has not read yet."""
        return self.written - self._read[0]

    def publish_read(self, cursor: int) -> None:
        """The one reader that the writer's fill is measured against says where it is."""
        self._read[0] = cursor

    def write(
        self,
        hop: int,
        voice: int,
        row: np.ndarray,
        kind: int = HEARD,
        fade_hop: int = 0,
        fade_hops: int = 0,
        level_from: int = 0,
        level_to: int = 0,
    ) -> int:
        """Store one frame, its codes in a row (see `dna.codes_in`); returns its place. Never waits, never grows."""
        place = self._written[0]
        index, harmonics = place % self.capacity, (len(row) // self.lanes - 1) // 2
        head = (hop, voice, harmonics, kind, fade_hop, fade_hops, level_from, level_to)
        _HEAD.pack_into(self._bytes, 64 + index * self._slot_bytes, 0, *head)
        self._rows[index, : len(row)] = row
        self._sequence[index] = place + 1
        self._written[0] = place + 1
        return place

    def row_at(self, place: int, length: int) -> np.ndarray:
        """A view of the writer's own recent frame: its codes in a row."""
        return self._rows[place % self.capacity, :length]

    def read(self, cursor: int, at_most: int = 1 << 30) -> tuple[list[RingFrame], int, int]:
        """Frames from `cursor` on: (frames, next cursor, frames lost because the writer lapped the reader)."""
        written = self.written
        oldest = max(0, written - self.capacity)
        lost = max(0, oldest - cursor)
        cursor = max(cursor, oldest)
        frames: list[RingFrame] = []
        for place in range(cursor, min(written, cursor + at_most)):
            slot = self._slots[place % self.capacity].copy()
            if slot["sequence"] != place + 1 or self._sequence[place % self.capacity] != place + 1:
                lost += 1
                continue
            length = self.lanes * (1 + 2 * int(slot["harmonics"]))
            dna = one_frame(slot["row"][:length], self.lanes)
            frames.append(
                RingFrame(
                    int(slot["hop"]),
                    int(slot["voice"]),
                    int(slot["kind"]),
                    int(slot["fade_hop"]),
                    int(slot["fade_hops"]),
                    dna,
                    int(slot["level_from"]),
                    int(slot["level_to"]),
                )
            )
        return frames, min(written, cursor + at_most), lost
