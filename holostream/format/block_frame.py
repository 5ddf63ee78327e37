"""What stands around every block of a `.holo` behind its header. All numbers little-endian.

    block    3  sync bytes C1 48 42
             3  low 4 bits: kind; the other 20: n, bytes of the payload
             n  payload
             4  CRC-32 (as of zlib and PNG) of all bytes of the block before

A reader skips kinds it does not know. A file may end anywhere: what follows the last whole block does not count.
"""

from __future__ import annotations

import struct
import zlib
from dataclasses import dataclass
from typing import BinaryIO

from holostream.format.holo_error import HoloFormatError

SYNC = b"\xc1HB"
CODED_FRAMES, FRAMES, EVENTS, END = range(4)
MAX_PAYLOAD = (1 << 20) - 1
HEAD_BYTES, CHECK_BYTES = 6, 4


class DamagedBlockError(HoloFormatError):
    """No block can be read where one should begin."""


@dataclass(frozen=True)
class BlockFrame:
    """A whole block whose checksum fits, and its length in the file."""

    kind: int
    payload: bytes

    @property
    def size(self) -> int:
        return HEAD_BYTES + len(self.payload) + CHECK_BYTES


def pack_frame(kind: int, payload: bytes) -> bytes:
    """A whole block. Raises ValueError if the payload is longer than one may be."""
    if len(payload) > MAX_PAYLOAD:
        raise ValueError(f"a block of {len(payload)} bytes; at most {MAX_PAYLOAD} fit")
    packed = SYNC + (kind | len(payload) << 4).to_bytes(3, "little") + payload
    return packed + struct.pack("<I", zlib.crc32(packed))


def announced(head: bytes) -> tuple[int, int]:
    """(kind, bytes of the payload) from the first HEAD_BYTES of a block."""
    word = int.from_bytes(head[len(SYNC) : HEAD_BYTES], "little")
    return word & 15, word >> 4


def read_frame(file: BinaryIO) -> BlockFrame | int:
    """The block that begins here, or how many bytes are left if the file ends before it does.

    Raises DamagedBlockError if no block begins here or its checksum does not fit.
    """
    head = file.read(HEAD_BYTES)
    if head[: len(SYNC)] != SYNC[: len(head)]:
        raise DamagedBlockError("no block begins there")
    if len(head) < HEAD_BYTES:
        return len(head)
    kind, size = announced(head)
    rest = file.read(size + CHECK_BYTES)
    if len(rest) < size + CHECK_BYTES:
        return len(head) + len(rest)
    payload = rest[:size]
    if zlib.crc32(payload, zlib.crc32(head)) != struct.unpack_from("<I", rest, size)[0]:
        raise DamagedBlockError("its checksum does not fit")
    return BlockFrame(kind, payload)
