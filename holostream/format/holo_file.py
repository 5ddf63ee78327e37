"""The `.holo` file, version 3: a recording of harmonic DNA exactly as it was heard. All numbers little-endian.

    header   4  magic "HOLO"
             1  version, 3
             3  zero
             4  n, bytes of the description (at most 65536)
             n  description: a JSON object in UTF-8, see `HoloHeader`
             4  CRC-32 of all bytes before

    block    4  sync bytes C1 48 42 03
             1  kind: 1 frames, 2 end
             3  zero
             4  n, bytes of the payload (at most 2^24)
             n  payload
             4  CRC-32 of all bytes of the block before

    frames   see `holo_block`
    payload

    end      8  hops heard in all; written when a recording is closed
    payload

Hops missing between blocks are silence. A file may end anywhere: what follows the last whole block does not count.
"""

from __future__ import annotations

import json
import os
import struct
import zlib
from collections.abc import Iterator
from dataclasses import dataclass, field
from typing import BinaryIO

from holostream.format.holo_block import DnaBlock, HoloFormatError, pack_dna_block, unpack_dna_block

MAGIC, VERSION = b"HOLO", 3
SYNC = b"\xc1HB\x03"
FRAMES, END = 1, 2
MAX_DESCRIPTION, MAX_PAYLOAD = 1 << 16, 1 << 24
_HEADER, _BLOCK = struct.Struct("<4sB3xI"), struct.Struct("<4sB3xI")


@dataclass(frozen=True)
class HoloHeader:
    """Every fact needed to decode, and where the sound came from.

    `models` gives for each tier the first 16 hex digits of its checksum. `lead` samples at the start of the decoded
    sound precede the original. `original_rate` (Hz), `original_length` (samples at that rate) and `original_channels`
    are 0 for a live recording.
    """

    family: str
    rate: int
    hop: int
    chunk: int
    lanes: int
    models: dict[str, str]
    lead: int = 0
    original_rate: int = 0
    original_length: int = 0
    original_channels: int = 0
    software: str = ""
    tags: dict[str, str] = field(default_factory=dict)


def pack_header(header: HoloHeader, size: int = 0) -> bytes:
    """The description is padded with spaces to `size` bytes. Raises ValueError if it is larger than one may be."""
    description = json.dumps(vars(header), ensure_ascii=False, separators=(",", ":")).encode().ljust(size)
    if len(description) > MAX_DESCRIPTION:
        raise ValueError(
            f"the description takes {len(description)} bytes, at most {MAX_DESCRIPTION} fit; shorten the tags"
        )
    packed = _HEADER.pack(MAGIC, VERSION, len(description)) + description
    return packed + struct.pack("<I", zlib.crc32(packed))


def _pack_block(kind: int, payload: bytes) -> bytes:
    packed = _BLOCK.pack(SYNC, kind, len(payload)) + payload
    return packed + struct.pack("<I", zlib.crc32(packed))


class HoloWriter:
    """Appends to an unbuffered binary file; when `write` returns, the system has the block and a crash of ours cannot
    lose it."""

    SPARE = 32
    """Spaces behind the description, so that a length that turns out longer can be corrected in place."""

    def __init__(self, file: BinaryIO, header: HoloHeader) -> None:
        self._file = file
        self.bytes = self.hops = 0
        self._header_size = len(pack_header(header)) + self.SPARE
        self._append(self._packed(header))

    def _packed(self, header: HoloHeader) -> bytes:
        return pack_header(header, self._header_size - _HEADER.size - 4)

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

    After `blocks` has run out: `finished` (the recording was closed properly) and `torn_bytes` (what follows the last
    whole block). Raises HoloFormatError if the file is not a `.holo` of this version.
    """

    def __init__(self, file: BinaryIO, name: str = "this file") -> None:
        self._file, self._name = file, name
        self.finished, self.torn_bytes = False, 0
        self.header = self._read_header()

    def _read_header(self) -> HoloHeader:
        start = self._file.read(_HEADER.size)
        if len(start) < 5 or start[:4] != MAGIC:
            raise HoloFormatError(f"{self._name} is not a .holo file: it does not begin with 'HOLO'")
        if start[4] != VERSION:
            raise HoloFormatError(
                f"{self._name} is a .holo of version {start[4]}; this program reads version {VERSION}"
            )
        if len(start) < _HEADER.size:
            raise HoloFormatError(f"{self._name} ends within its header; nothing was recorded in it")
        size = _HEADER.unpack(start)[2]
        if size > MAX_DESCRIPTION:
            raise HoloFormatError(
                f"{self._name} announces a description of {size} bytes; at most {MAX_DESCRIPTION} are legal"
            )
        description, check = self._file.read(size), self._file.read(4)
        if len(description) < size or len(check) < 4:
            raise HoloFormatError(f"{self._name} ends within its header; nothing was recorded in it")
        if struct.unpack("<I", check)[0] != zlib.crc32(start + description):
            raise HoloFormatError(f"{self._name} has a damaged header (its checksum does not fit)")
        try:
            return header_from_dict(json.loads(description))
        except (ValueError, RecursionError) as error:
            raise HoloFormatError(f"{self._name} has an unusable header: {error}") from error

    def blocks(self) -> Iterator[DnaBlock]:
        """Every whole block in order. Raises HoloFormatError at a damaged one that others follow."""
        count = 0
        while start := self._file.read(_BLOCK.size):
            count += 1
            rest, size = b"", 0
            if len(start) == _BLOCK.size:
                sync, kind, size = _BLOCK.unpack(start)
                if sync != SYNC or size > MAX_PAYLOAD:
                    raise HoloFormatError(f"{self._name} is damaged at block {count}: no block begins there")
                rest = self._file.read(size + 4)
            if len(start) < _BLOCK.size or len(rest) < size + 4:
                self.torn_bytes = len(start) + len(rest)
                return
            payload, check = rest[:size], struct.unpack("<I", rest[size:])[0]
            if zlib.crc32(start + payload) != check:
                raise HoloFormatError(f"{self._name} is damaged at block {count}: its checksum does not fit")
            if kind == END:
                self.finished = True
                return
            if kind == FRAMES:
                try:
                    block = unpack_dna_block(payload)
                except HoloFormatError as error:
                    raise HoloFormatError(f"{self._name} is damaged at block {count}: {error}") from error
                if any(voice.dna.lanes != self.header.lanes for voice in block.voices):
                    raise HoloFormatError(
                        f"{self._name}: block {count} has other lanes than the header's {self.header.lanes}"
                    )
                yield block


def header_from_dict(values: object) -> HoloHeader:
    """Checked description. Unknown keys are ignored (a later writer may add some). Raises ValueError."""
    if not isinstance(values, dict):
        raise ValueError("the description is not an object")
    required = {"family": str, "rate": int, "hop": int, "chunk": int, "lanes": int, "models": dict}
    optional = {
        "lead": int,
        "original_rate": int,
        "original_length": int,
        "original_channels": int,
        "software": str,
        "tags": dict,
    }
    for name, kind in {**required, **optional}.items():
        if name not in values and name in required:
            raise ValueError(f"{name} is missing")
        if name in values and type(values[name]) is not kind:
            raise ValueError(f"{name} is {values[name]!r}")
    for mapping in ("models", "tags"):
        if not all(isinstance(value, str) for value in values.get(mapping, {}).values()):
            raise ValueError(f"{mapping} is not text by name")
    header = HoloHeader(**{name: values[name] for name in (*required, *optional) if name in values})
    in_range = (
        header.lanes in (1, 2)
        and 8000 <= header.rate <= 192000
        and 1 <= header.hop <= header.chunk <= 1 << 17
        and 0 <= header.lead <= 1 << 17
        and 0 <= header.original_rate <= 768000
        and 0 <= header.original_length < 1 << 48
        and 0 <= header.original_channels <= 64
    )
    if not in_range:
        raise ValueError("a size in the description is out of range")
    return header
