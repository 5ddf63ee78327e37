"""The `.holo` file, version 3: a recording of harmonic DNA exactly as it was heard.

    header   see `holo_header`
    blocks   each framed as in `block_frame`; by their kind
               0  coded frames, see `coded_block`
               1  frames of a tier without entropy tables, see `holo_block`
               2  events, see `holo_events`
               3  the end, written when a recording is closed, see `block_index`

Hops missing between blocks are silence. Blocks of frames are in the order of their hops. Events stand before or after the
frames of their time, at most a block away. What follows the end, or the last whole block, does not count.
"""

from __future__ import annotations

import contextlib
import os
from collections.abc import Callable, Iterable, Iterator, Mapping
from pathlib import Path
from typing import BinaryIO

from holostream.format.block_frame import (
    CHECK_BYTES,
    CODED_FRAMES,
    END,
    EVENTS,
    FRAMES,
    HEAD_BYTES,
    MAX_PAYLOAD,
    BlockFrame,
    DamagedBlockError,
    pack_frame,
    read_frame,
)
from holostream.format.block_index import LENGTH_BYTES, BlockIndex, pack_end, unpack_end
from holostream.format.coded_block import can_be_coded, coded_head, pack_coded_block, unpack_coded_block
from holostream.format.entropy_tables import EntropyTables
from holostream.format.gaps import Gaps
from holostream.format.holo_block import DnaBlock, pack_dna_block, packed_head, unpack_dna_block
from holostream.format.holo_error import HoloFormatError, MissingTablesError
from holostream.format.holo_events import EVENTS_IN_A_BLOCK, Event, pack_events, unpack_events
from holostream.format.holo_header import HEAD, HoloHeader, pack_header, read_header
from holostream.format.table_store import tables_of


class HoloWriter:
    """Appends to an unbuffered binary file; when `write` returns, the system has the block and a crash of ours cannot
    lose it."""

    SPARE = 8
    """Bytes behind the description, so that a length that turns out longer can be corrected in place."""

    def __init__(self, file: BinaryIO, header: HoloHeader, tables: Mapping[int, EntropyTables] | None = None) -> None:
        """`tables` by harmonics, as the header names them; a block of a tier without is packed with zlib."""
        self._file, self._tables = file, tables or {}
        self.bytes = self.hops = 0
        self._index = BlockIndex()
        self._header_size = len(pack_header(header)) + self.SPARE
        self._append(self._packed(header))

    def _packed(self, header: HoloHeader) -> bytes:
        return pack_header(header, self._header_size - HEAD.size - 4)

    def _append(self, data: bytes) -> None:
        start = self.bytes
        try:
            left = memoryview(data)
            while left:
                left = left[self._file.write(left) :]
        except OSError:
            # A full disk may have taken part of the block; the file should end with the last whole one.
            try:
                self._file.seek(start)
                self._file.truncate()
            except OSError:
                pass  # a reader ignores the torn block as well
            raise
        self.bytes += len(data)

    def write(self, block: DnaBlock, events: Iterable[Event] = ()) -> None:
        """A block of frames, and events before it, as one write. Raises OSError if the disk does not take it."""
        self.write_packed(pack_block(block, self._tables), block.first_hop, block.hops, pack_event_blocks(events))

    def write_frame(self, frame: BlockFrame, first_hop: int, hops: int) -> None:
        """A block of frames as another file has it. Raises OSError."""
        self.write_packed(pack_frame(frame.kind, frame.payload), first_hop, hops)

    def write_packed(self, packed: bytes, first_hop: int, hops: int, before: bytes = b"") -> None:
        """A block of frames as `pack_block` makes it, and blocks of events before it, as one write. Raises OSError."""
        place = self.bytes - self._header_size + len(before)
        self._append(before + packed)
        self._index.add(place, first_hop, hops)
        self.hops += hops

    @property
    def first_hop(self) -> int | None:
        """Of the first block of frames; None while there is none."""
        return self._index.first_hop if self.hops else None

    def write_events(self, events: Iterable[Event]) -> None:
        """Events without frames. Raises OSError."""
        self._append(pack_event_blocks(events))

    def correct(self, header: HoloHeader) -> None:
        """Put another description in place of the first. Raises ValueError if it does not fit there."""
        packed = self._packed(header)
        if len(packed) != self._header_size:
            raise ValueError(f"a description of {len(packed)} bytes does not fit into {self._header_size}")
        self._file.seek(0)
        self._file.write(packed)
        self._file.seek(0, os.SEEK_END)

    def finish(self) -> None:
        """Append the index, which marks the recording as complete; the file stays open."""
        self._append(pack_frame(END, pack_end(self._index)))


def pack_block(block: DnaBlock, tables: Mapping[int, EntropyTables]) -> bytes:
    """A whole block of frames, entropy-coded if there are `tables` for its tiers."""
    if can_be_coded(block, tables):
        return pack_frame(CODED_FRAMES, pack_coded_block(block, tables))
    return pack_frame(FRAMES, pack_dna_block(block))


def pack_event_blocks(events: Iterable[Event]) -> bytes:
    """As many whole blocks of events as it takes."""
    rows = list(events)
    return b"".join(
        pack_frame(EVENTS, pack_events(rows[start : start + EVENTS_IN_A_BLOCK]))
        for start in range(0, len(rows), EVENTS_IN_A_BLOCK)
    )


class HoloReader:
    """Reads a binary file block by block, never more than one in memory.

    `models` is the folder that has the entropy tables, by default the shipped one. After `items` or `blocks` has run
    out: `finished` (the recording was closed properly), `torn_bytes` (what follows the last whole block), `bytes_behind` (what
    follows the end of one that was closed, and does not count) and `zlib_blocks` (those without entropy coding). Without `codes`
    it needs no tables, and what they code counts as silence. Raises HoloFormatError if the file is not a `.holo` of this version.
    """

    def __init__(self, file: BinaryIO, name: str = "this file", models: Path | None = None, codes: bool = True) -> None:
        self._file, self._name, self._models, self._codes = file, name, models, codes
        self.finished, self.torn_bytes, self.bytes_behind, self.zlib_blocks = False, 0, 0, 0
        self.header = read_header(file, name)
        self._start = file.tell()
        self._place = 0
        """Of the block in hand, bytes."""
        self._due: int | None = None
        """The hop that follows the last block of frames; None before the first."""
        self._gaps = Gaps(self.header)
        """Since the beginning, or the last `seek`."""

    def tables(self, harmonics: int) -> EntropyTables:
        """The entropy tables that the header names for a tier. Raises HoloFormatError."""
        return tables_of(self.header, harmonics, self._models, self._name)

    def blocks(self, wait: Callable[[], bool] = lambda: False) -> Iterator[DnaBlock]:
        """`items` without the events."""
        return (item for item in self.items(wait) if isinstance(item, DnaBlock))

    def items(self, wait: Callable[[], bool] = lambda: False) -> Iterator[DnaBlock | list[Event]]:
        """Every whole block in order from where the file stands. Raises HoloFormatError at a damaged one.

        Where the file ends without having been closed, `wait` is called: it may wait for more to be written and tells
        whether to look again.
        """
        while True:
            frame = self._frame()
            if isinstance(frame, int):
                self.torn_bytes = frame
                if not wait():
                    return
                self._file.seek(self._place)
                continue
            if frame.kind == END:
                self.finished, place = True, self._file.tell()
                self.bytes_behind = self._file.seek(0, os.SEEK_END) - place
                return
            if frame.kind in (FRAMES, CODED_FRAMES, EVENTS):
                yield self._item(frame)

    def index(self) -> BlockIndex:
        """Of all blocks of frames: as the file has it, or made from the blocks up to the first damage if it has none.

        The file stands where it stood before.
        """
        before = self._file.tell()
        try:
            return self._stored_index() or self._made_index()
        finally:
            self._file.seek(before)

    def events(self, name: str | None = None) -> list[Event]:
        """All of them, or those of one name, up to the first damage; frames are not unpacked. The file stands where it stood before."""
        before, found = self._file.tell(), list[Event]()
        self._file.seek(self._start)
        with contextlib.suppress(HoloFormatError):  # told by whoever reads the frames
            while not isinstance(frame := self._frame(), int) and frame.kind != END:
                if frame.kind == EVENTS:
                    found += [event for event in unpack_events(frame.payload) if name in (None, event.name)]
        self._file.seek(before)
        return found

    def seek(self, index: BlockIndex, hop: int, context: int) -> None:
        """Go to a block from which on `hop` and all after it decode exactly, if decoding begins there anew.

        `context` is the most frames that any tier of the recording depends on (`TierFacts.context_frames`).
        """
        place = index.place_for(hop - context)
        self._file.seek(self._start + (place or 0))
        self.torn_bytes, self.finished, self._due = 0, False, None
        self._gaps = Gaps(self.header)

    def _stored_index(self) -> BlockIndex | None:
        """None if the file does not end with one that describes it."""
        size = self._file.seek(0, os.SEEK_END)
        tail = LENGTH_BYTES + CHECK_BYTES
        self._file.seek(max(0, size - tail))
        length = int.from_bytes(self._file.read(LENGTH_BYTES), "little")
        start = size - CHECK_BYTES - length - HEAD_BYTES
        if length > MAX_PAYLOAD or start < self._start:
            return None
        self._file.seek(start)
        try:
            frame = read_frame(self._file)
            if isinstance(frame, int) or frame.kind != END:
                return None
            heard, index = unpack_end(frame.payload)
            own = not index.hops or self._leads_to(index.places[-1], start)
        except (HoloFormatError, OSError, OverflowError):
            return None
        return index if own and heard == sum(index.hops) else None

    def _leads_to(self, place: int, end: int) -> bool:
        """Whether whole blocks lead from an index's last place to its end: one of another recording, put behind this one, has none
        there. Raises HoloFormatError, OSError, OverflowError."""
        self._file.seek(self._start + place)
        while self._file.tell() < end:
            block = read_frame(self._file)
            if isinstance(block, int) or block.kind == END:
                return False
        return self._file.tell() == end

    def _made_index(self) -> BlockIndex:
        index = BlockIndex()
        self._file.seek(self._start)
        place = 0
        with contextlib.suppress(HoloFormatError):  # told by whoever reads the frames
            while not isinstance(frame := self._frame(), int) and frame.kind != END:
                if frame.kind in (FRAMES, CODED_FRAMES):
                    head = (coded_head if frame.kind == CODED_FRAMES else packed_head)(frame.payload)
                    index.add(place, *head[:2])
                place += frame.size
        return index

    def _frame(self) -> BlockFrame | int:
        self._place = self._file.tell()
        try:
            return read_frame(self._file)
        except DamagedBlockError as error:
            raise self._damaged(error) from error

    def _damaged(self, error: HoloFormatError) -> HoloFormatError:
        return HoloFormatError(
            f"{self._name} is damaged at byte {self._place}: {error}; `holostream repair` saves the rest"
        )

    def _item(self, frame: BlockFrame) -> DnaBlock | list[Event]:
        try:
            if frame.kind == EVENTS:
                return unpack_events(frame.payload)
            coded = frame.kind == CODED_FRAMES
            tables = self.tables if self._codes else None
            block = unpack_coded_block(frame.payload, tables) if coded else unpack_dna_block(frame.payload)
        except MissingTablesError:
            raise
        except HoloFormatError as error:
            raise self._damaged(error) from error
        if any(voice.dna.lanes != self.header.lanes for voice in block.voices):
            raise HoloFormatError(
                f"{self._name}: the block at byte {self._place} has other lanes than the header's {self.header.lanes}"
            )
        missing = 0 if self._due is None else block.first_hop - self._due
        if not self._gaps.allow(missing, block.hops):
            raise self._damaged(HoloFormatError(f"it begins at hop {block.first_hop} where {self._due} was due"))
        self._due = block.first_hop + block.hops
        self.zlib_blocks += not coded
        return block
