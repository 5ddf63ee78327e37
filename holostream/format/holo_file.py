"""The `.holo` file, version 3: a recording of harmonic DNA exactly as it was heard. All numbers little-endian.

    header      see `holo_header`

    block    4  sync bytes C1 48 42 03
             1  kind: 1 frames, 2 end
             3  zero
             4  n, bytes of the payload (at most 2^24)
             n  payload
             4  CRC-32 of all bytes of the block before

    short    3  sync bytes C1 48 42
    block    1  kind, at least 16: 16 coded frames
             3  n, bytes of the payload
             n  payload
             4  CRC-32 of all bytes of the block before

    frames      see `holo_block`, coded frames: see `coded_block`
    payload

    end      8  hops heard in all; written when a recording is closed
    payload

Blocks of other kinds are skipped. Hops missing between blocks are silence. A file may end anywhere: what follows the
last whole block does not count.
"""

from __future__ import annotations

import os
import struct
import zlib
from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import BinaryIO

from holostream.codec.tier_model import ModelError, default_models_folder
from holostream.format.coded_block import can_be_coded, pack_coded_block, unpack_coded_block
from holostream.format.entropy_tables import EntropyTables, load_tables
from holostream.format.holo_block import DnaBlock, pack_dna_block, unpack_dna_block
from holostream.format.holo_error import HoloFormatError, MissingTablesError
from holostream.format.holo_header import HEAD, HoloHeader, pack_header, read_header

SYNC, SHORT_SYNC = b"\xc1HB\x03", b"\xc1HB"
FRAMES, END, CODED_FRAMES = 1, 2, 16
FIRST_SHORT_KIND = 16
MAX_PAYLOAD = 1 << 24
_BLOCK, _SHORT = struct.Struct("<4sB3xI"), struct.Struct("<3sBHB")


def _pack_block(kind: int, payload: bytes) -> bytes:
    packed = _BLOCK.pack(SYNC, kind, len(payload)) + payload
    return packed + struct.pack("<I", zlib.crc32(packed))


def _pack_short_block(kind: int, payload: bytes) -> bytes:
    packed = _SHORT.pack(SHORT_SYNC, kind, len(payload) & 0xFFFF, len(payload) >> 16) + payload
    return packed + struct.pack("<I", zlib.crc32(packed))


def _unpack_short(start: bytes) -> tuple[bytes, int, int]:
    sync, kind, low, high = _SHORT.unpack(start)
    return sync, kind, low | high << 16


class HoloWriter:
    """Appends to an unbuffered binary file; when `write` returns, the system has the block and a crash of ours cannot
    lose it."""

    SPARE = 14
    """Bytes behind the description, so that a length that turns out longer can be corrected in place."""

    def __init__(self, file: BinaryIO, header: HoloHeader, tables: Mapping[int, EntropyTables] | None = None) -> None:
        """`tables` by harmonics, as the header names them; a block of a tier without is packed with zlib."""
        self._file, self._tables = file, tables or {}
        self.bytes = self.hops = 0
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

    def write(self, block: DnaBlock) -> None:
        """Raises OSError if the disk does not take it."""
        if can_be_coded(block, self._tables):
            self._append(_pack_short_block(CODED_FRAMES, pack_coded_block(block, self._tables)))
        else:
            self._append(_pack_block(FRAMES, pack_dna_block(block)))
        self.hops += block.hops

    def correct(self, header: HoloHeader) -> None:
        """Put another description in place of the first. Raises ValueError if it does not fit there."""
        packed = self._packed(header)
        if len(packed) != self._header_size:
            raise ValueError(f"a description of {len(packed)} bytes does not fit into {self._header_size}")
        self._file.seek(0)
        self._file.write(packed)
        self._file.seek(0, os.SEEK_END)

    def finish(self) -> None:
        """Mark the recording as complete; the file stays open."""
        self._append(_pack_block(END, struct.pack("<q", self.hops)))


class HoloReader:
    """Reads a binary file block by block, never more than one in memory.

    `models` is the folder that has the entropy tables, by default the shipped one. After `blocks` has run out:
    `finished` (the recording was closed properly), `torn_bytes` (what follows the last whole block) and `zlib_blocks`
    (those without entropy coding). Raises HoloFormatError if the file is not a `.holo` of this version.
    """

    def __init__(self, file: BinaryIO, name: str = "this file", models: Path | None = None) -> None:
        self._file, self._name, self._models = file, name, models
        self.finished, self.torn_bytes, self.zlib_blocks = False, 0, 0
        self.header = read_header(file, name)

    def tables(self, harmonics: int) -> EntropyTables:
        """The entropy tables that the header names for a tier. Raises HoloFormatError."""
        digest = self.header.tables.get(str(harmonics))
        if digest is None:
            raise HoloFormatError(f"its header names no entropy tables for tier {harmonics}")
        try:
            return load_tables(self._models or default_models_folder(), harmonics, digest)
        except ModelError as error:
            raise MissingTablesError(f"{self._name} cannot be decoded: {error}") from error

    def blocks(self) -> Iterator[DnaBlock]:
        """Every whole block in order. Raises HoloFormatError at a damaged one that others follow."""
        count = 0
        while start := self._file.read(_SHORT.size):
            count += 1
            long = start[:4] == SYNC
            layout = _BLOCK if long else _SHORT
            start += self._file.read(layout.size - _SHORT.size) if long else b""
            rest, kind, size = b"", 0, 0
            if len(start) == layout.size:
                sync, kind, size = layout.unpack(start) if long else _unpack_short(start)
                if sync not in (SYNC, SHORT_SYNC) or size > MAX_PAYLOAD or (not long and kind < FIRST_SHORT_KIND):
                    raise HoloFormatError(f"{self._name} is damaged at block {count}: no block begins there")
                rest = self._file.read(size + 4)
            if len(start) < layout.size or len(rest) < size + 4:
                self.torn_bytes = len(start) + len(rest)
                return
            payload, check = rest[:size], struct.unpack("<I", rest[size:])[0]
            if zlib.crc32(start + payload) != check:
                raise HoloFormatError(f"{self._name} is damaged at block {count}: its checksum does not fit")
            if kind == END:
                self.finished = True
                return
            if kind in (FRAMES, CODED_FRAMES):
                yield self._block(kind, payload, count)

    def _block(self, kind: int, payload: bytes, count: int) -> DnaBlock:
        try:
            block = unpack_dna_block(payload) if kind == FRAMES else unpack_coded_block(payload, self.tables)
        except MissingTablesError:
            raise
        except HoloFormatError as error:
            raise HoloFormatError(f"{self._name} is damaged at block {count}: {error}") from error
        if any(voice.dna.lanes != self.header.lanes for voice in block.voices):
            raise HoloFormatError(
                f"{self._name}: block {count} has other lanes than the header's {self.header.lanes}"
            )
        self.zlib_blocks += kind == FRAMES
        return block
