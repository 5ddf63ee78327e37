"""Whole blocks of a damaged `.holo`: damage is passed over to the next block that is whole; single flipped bits are found by the
checksums and flipped back. Work is bounded: a file made to hold many false beginnings of blocks is given up.
"""

from __future__ import annotations

import io
import mmap
from collections.abc import Iterator
from dataclasses import dataclass, field

from holostream.format.bit_repair import with_one_bit_restored
from holostream.format.block_frame import CHECK_BYTES, END, HEAD_BYTES, SYNC, BlockFrame, announced, read_frame
from holostream.format.block_index import LENGTH_BYTES, BlockIndex, unpack_end
from holostream.format.holo_error import HoloFormatError

WORK_BYTES = 1 << 27
"""How many bytes of false blocks are looked at, and how much work restoring bits may be, before a file is given up."""
BIT_WORK = 64
"""Looking for a flipped bit takes as long as so many checksums."""
MAX_BIT_BLOCK = 1 << 17


@dataclass
class RepairReport:
    """What was done. `gaps` are (from, to) in seconds of the recording that are silent now."""

    blocks: int = 0
    restored_bits: int = 0
    dropped_bytes: int = 0
    closed: bool = False
    bytes_behind_end: int = 0
    header_restored: bool = False
    gaps: list[tuple[float, float]] = field(default_factory=list)


class Salvage:
    """Finds whole blocks. `index` is the file's own, with the hops it began and ended with, if its end is whole."""

    def __init__(self, data: mmap.mmap, start: int, name: str, report: RepairReport) -> None:
        self._data, self._at, self._name, self._report = data, start, name, report
        self._work, self._most_work = 0, WORK_BYTES + 4 * len(data)
        self.index = self._stored_index()

    def _stored_index(self) -> BlockIndex | None:
        length = int.from_bytes(self._data[-CHECK_BYTES - LENGTH_BYTES : -CHECK_BYTES], "little")
        place = len(self._data) - CHECK_BYTES - length - HEAD_BYTES
        frame = self._whole(place) if place >= self._at else None
        if frame is None or frame.kind != END:
            return None
        try:
            index = unpack_end(frame.payload)[1]
        except HoloFormatError:
            return None
        return index if index.hops and self._is_its_own(index, place) else None

    def _is_its_own(self, index: BlockIndex, end: int) -> bool:
        """Whether blocks stand where it says, most of them, and no other end comes first: another recording may stand behind this one."""
        places = [self._at + place for place in index.places]
        if 2 * sum(self._data[place : place + len(SYNC)] == SYNC for place in places) < len(places):
            return False
        at = places[-1]
        while (frame := self._whole(at)) is not None and frame.kind != END:
            at += frame.size
        return frame is None or at == end

    @property
    def fraction(self) -> float:
        return self._at / len(self._data)

    def frames(self) -> Iterator[BlockFrame]:
        while self._at < len(self._data):
            frame = self._whole(self._at)
            if frame is None and (frame := self._restored(self._at)) is not None:
                self._report.restored_bits += 1
            if frame is None:
                self._pass_over()
                continue
            self._at += frame.size
            if frame.kind == END:
                self._report.closed = True
                self._report.bytes_behind_end = len(self._data) - self._at
                return
            yield frame

    def _whole(self, place: int) -> BlockFrame | None:
        head = self._data[place : place + HEAD_BYTES]
        if head[: len(SYNC)] != SYNC or len(head) < HEAD_BYTES:
            return None
        size = HEAD_BYTES + announced(head)[1] + CHECK_BYTES
        if place + size > len(self._data):
            return None
        try:
            frame = read_frame(io.BytesIO(self._data[place : place + size]))
        except HoloFormatError:
            self._spend(size)
            return None
        return frame if isinstance(frame, BlockFrame) else None

    def _restored(self, place: int) -> BlockFrame | None:
        """The block that begins here if one flipped bit is all that is wrong with it."""
        head = self._data[place : place + HEAD_BYTES]
        if len(head) < HEAD_BYTES or self._work > self._most_work / 2:  # whole blocks are to be found all the same
            return None
        word = int.from_bytes(head, "little")
        sync = int.from_bytes(SYNC, "little")
        if (word & 0xFFFFFF) == sync:
            size = HEAD_BYTES + announced(head)[1] + CHECK_BYTES
            if size <= MAX_BIT_BLOCK and place + size <= len(self._data):
                self._spend(size * BIT_WORK)
                whole = with_one_bit_restored(self._data[place : place + size])
                if whole is not None:
                    return _as_frame(whole)
            bits: range = range(24, 48)
        elif ((word ^ sync) & 0xFFFFFF).bit_count() == 1:
            bits = range(24)
        else:
            return None
        for bit in bits:
            other = (word ^ 1 << bit).to_bytes(HEAD_BYTES, "little")
            size = HEAD_BYTES + announced(other)[1] + CHECK_BYTES
            if other[: len(SYNC)] == SYNC and place + size <= len(self._data):
                self._spend(size)
                if (frame := _as_frame(other + self._data[place + HEAD_BYTES : place + size])) is not None:
                    return frame
        return None

    def _pass_over(self) -> None:
        """To the next place where the first bytes of a block stand."""
        found = self._data.find(SYNC, self._at + 1)
        after = found if found >= 0 else len(self._data)
        self._report.dropped_bytes += after - self._at
        self._at = after

    def _spend(self, work: int) -> None:
        self._work += work
        if self._work > self._most_work:
            raise HoloFormatError(f"{self._name} is damaged in so many places that nothing can be told apart")


def _as_frame(whole: bytes) -> BlockFrame | None:
    try:
        frame = read_frame(io.BytesIO(whole))
    except HoloFormatError:
        return None
    return frame if isinstance(frame, BlockFrame) else None
