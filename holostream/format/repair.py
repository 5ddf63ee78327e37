"""`holostream repair`: every whole block of a damaged `.holo` into a new file, silence of the same length for the rest.

Damage is passed over to the next block that is whole; single flipped bits are found by the checksums and flipped back.
The input is only read. Work is bounded: a file made to hold many false beginnings of blocks is given up.
"""

from __future__ import annotations

import contextlib
import io
import mmap
import os
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from functools import partial
from itertools import islice
from pathlib import Path
from typing import BinaryIO

from holostream.codec.tier import TIERS
from holostream.format.bit_repair import with_one_bit_restored
from holostream.format.block_frame import (
    CHECK_BYTES,
    CODED_FRAMES,
    END,
    EVENTS,
    FRAMES,
    HEAD_BYTES,
    SYNC,
    BlockFrame,
    announced,
    read_frame,
)
from holostream.format.block_index import LENGTH_BYTES, BlockIndex, unpack_end
from holostream.format.coded_block import coded_head, unpack_coded_block
from holostream.format.holo_block import packed_head, silent_block
from holostream.format.holo_error import HoloFormatError, MissingTablesError
from holostream.format.holo_events import unpack_events
from holostream.format.holo_file import MAX_GAP_SECONDS, HoloReader, HoloWriter, tables_of
from holostream.format.holo_header import HEAD, MAX_DESCRIPTION, HoloHeader, read_header
from holostream.format.holo_v2 import is_version_2
from holostream.format.new_file import new_file
from holostream.format.open_holo import open_holo

WORK_BYTES = 1 << 27
"""How many bytes of false blocks are looked at, and how much work restoring bits may be, before a file is given up."""
BIT_WORK = 64
"""Looking for a flipped bit takes as long as so many checksums."""
MAX_BIT_BLOCK = 1 << 17
CHECKED_BLOCKS = 8


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


def repair_file(
    source: Path, target: Path, like: Path | None = None, progress: Callable[[float], None] = lambda fraction: None
) -> RepairReport:
    """Write what can be saved of `source` to the new file `target`.

    `like` is another recording with the same settings and tiers, whose header is used if the file's own is lost. Raises
    HoloFormatError if nothing can be saved or `like` does not fit, ValueError if the target is there, OSError.
    """
    if target.exists():
        raise ValueError(f"{target} is there already; repair writes a new file: choose another name")
    report = RepairReport()
    with open_holo(source) as file:
        if not file.seek(0, io.SEEK_END):
            raise HoloFormatError(f"{source} is empty; there is nothing to repair")
        with mmap.mmap(file.fileno(), 0, access=mmap.ACCESS_READ) as data:
            header, start = _header(data, source, like, report)
            salvage = _Salvage(data, start, str(source), report)
            with new_file(target) as out:
                own = start > 0
                _write(HoloWriter(out, header), header, salvage, report, progress, header.lanes if own else None)
                if not report.blocks:
                    raise HoloFormatError(f"no block of {source} is whole; nothing can be saved")
                if like is not None and not own:
                    _check_likeness(out, like, source)
    return report


def _check_likeness(out: BinaryIO, like: Path, source: Path) -> None:
    """Raises HoloFormatError if the blocks cannot be read by the other recording's header."""
    with open(os.dup(out.fileno()), "rb") as written:
        written.seek(0)
        reader = HoloReader(written, str(like))
        try:
            for block in islice(reader.blocks(), CHECKED_BLOCKS):
                if not all(str(voice.dna.harmonics) in reader.header.models for voice in block.voices):
                    raise HoloFormatError("a tier that the header does not know")
        except MissingTablesError:
            pass  # other models are needed to tell
        except HoloFormatError as error:
            raise HoloFormatError(
                f"{like} was made with other settings than {source}, whose blocks cannot be read by its header; "
                "give another recording: --like OTHER.holo"
            ) from error


def _header(data: mmap.mmap, source: Path, like: Path | None, report: RepairReport) -> tuple[HoloHeader, int]:
    """The header and where the blocks begin."""
    view = io.BytesIO(data[: HEAD.size + MAX_DESCRIPTION + 4])
    try:
        return read_header(view, str(source)), view.tell()
    except HoloFormatError as error:
        reason = error
    size = int.from_bytes(data[HEAD.size - 4 : HEAD.size], "little")
    # A bit of the length itself: then every other length with one bit changed may be the right one.
    for length in (size, *(size ^ 1 << bit for bit in range(32))):
        whole = data[: HEAD.size - 4] + length.to_bytes(4, "little") + data[HEAD.size : HEAD.size + length + 4]
        if length > MAX_DESCRIPTION or len(whole) < HEAD.size + length + 4:
            continue
        for candidate in (whole, with_one_bit_restored(whole)):
            try:
                header = read_header(io.BytesIO(candidate or b""), str(source))
            except HoloFormatError:
                continue
            report.header_restored = True
            return header, len(whole)
    if is_version_2(source):
        raise HoloFormatError(f"{source} is a .holo of version 2, which has no checksums: there is nothing to repair it by")
    if like is None:
        raise HoloFormatError(
            f"{reason}; if it is a .holo, give a recording made with the same settings: --like OTHER.holo"
        )
    with open_holo(like) as file:
        header = read_header(file, str(like))
    report.header_restored = True
    return header, 0


class _Salvage:
    """Finds whole blocks. `index` is the file's own, with the hops it began and ended with, if its end is whole."""

    def __init__(self, data: mmap.mmap, start: int, name: str, report: RepairReport) -> None:
        self._data, self._at, self._name, self._report = data, start, name, report
        self._work = 0
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
        if len(head) < HEAD_BYTES:
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
        if self._work > WORK_BYTES + 4 * len(self._data):
            raise HoloFormatError(f"{self._name} is damaged in so many places that nothing can be told apart")


def _as_frame(whole: bytes) -> BlockFrame | None:
    try:
        frame = read_frame(io.BytesIO(whole))
    except HoloFormatError:
        return None
    return frame if isinstance(frame, BlockFrame) else None


def _write(
    writer: HoloWriter,
    header: HoloHeader,
    salvage: _Salvage,
    report: RepairReport,
    progress: Callable[[float], None],
    lanes: int | None,
) -> None:
    """Blocks as they are found, in the order of their hops; what is missing at either end becomes silence. Blocks have so many
    `lanes`; None: that is not known."""
    due: int | None = 0 if header.original_rate else None  # files are encoded from hop 0 on
    if salvage.index is not None:
        due = salvage.index.first_hop
    limit = MAX_GAP_SECONDS * header.rate / header.hop
    for frame in salvage.frames():
        progress(salvage.fraction)
        try:
            if frame.kind == EVENTS:
                writer.write_events(unpack_events(frame.payload))
                continue
            if frame.kind not in (FRAMES, CODED_FRAMES):
                continue
            coded = frame.kind == CODED_FRAMES
            first, hops, own_lanes = (coded_head if coded else packed_head)(frame.payload)
            if coded and lanes is not None:
                _check_codes(frame.payload, header)
        except HoloFormatError:
            report.dropped_bytes += frame.size
            continue
        missing = first - due if due is not None else 0
        if not 0 <= missing <= limit or lanes not in (None, own_lanes):
            report.dropped_bytes += frame.size
            continue
        if missing:
            _fill(writer, header, report, first - missing, missing)
        writer.write_frame(frame, first, hops)
        report.blocks += 1
        due = first + hops
    if due is not None and salvage.index is not None and 0 < salvage.index.end_hop - due <= limit:
        _fill(writer, header, report, due, salvage.index.end_hop - due, at_end=True)
    writer.finish()


def _check_codes(payload: bytes, header: HoloHeader) -> None:
    """Raises HoloFormatError for a block that no reader of this header could decode, as one of another recording."""
    with contextlib.suppress(MissingTablesError):  # then nobody here can tell
        unpack_coded_block(payload, partial(tables_of, header))


def _fill(
    writer: HoloWriter, header: HoloHeader, report: RepairReport, first: int, hops: int, at_end: bool = False
) -> None:
    """Note a gap. Readers put silence between blocks by themselves, but not before the first or after the last."""
    origin = writer.first_hop if writer.first_hop is not None else first
    seconds = header.hop / header.rate
    report.gaps.append(((first - origin) * seconds, (first + hops - origin) * seconds))
    tier = min(map(int, header.models), default=TIERS[0])
    if at_end:
        writer.write(silent_block(first + hops - 1, header.lanes, tier))
    elif writer.first_hop is None:
        writer.write(silent_block(first, header.lanes, tier))
