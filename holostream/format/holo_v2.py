"""The `.holo` file, version 2: HOLO-Audio's, read and written. All numbers little-endian, no padding.

    header    4  magic "HOLO"
              1  version, 2
              4  harmonics H, unsigned: the tier
              4  sample rate, Hz, unsigned
              4  smallest coefficient of the file, float32
              4  largest coefficient of the file, float32
              4  T, number of chunks, unsigned
              4  2H, values in a chunk, unsigned

    payload   zlib stream of T * 2H bytes, chunk by chunk

A byte q stands for the coefficient q * (largest - smallest) / 255 + smallest. Where the two are the same the writer
divides by 1 instead, so that every q is 0. Chunks do not overlap: the sound is what the tier's vocoder makes of each,
one behind the other. How long a chunk is belongs to the tier (1024 samples), and the length of the original is not
stored: the last chunk was filled up with zeros. Bytes behind the zlib stream do not count.
"""

from __future__ import annotations

import math
import struct
import zlib
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import BinaryIO

import numpy as np

from holostream.codec.tier import TIERS
from holostream.format.holo_error import HoloFormatError
from holostream.format.open_holo import open_holo

MAGIC, VERSION = b"HOLO", 2
RATES = range(1000, 1_000_001)
LARGEST_COEFFICIENT = 1e6
"""Those of a working tier are about 10; the sound of larger ones could overflow."""
MOST_CHUNKS = 24 * 3600 * 48000 // 1024
"""A day of sound: far more than a writer that keeps all of it in memory would have made."""
ZLIB_RATIO = 1032
"""No zlib stream unpacks to more than so many times its size."""
READ_BYTES = 1 << 16
_HEADER = struct.Struct("<4sBIIffII")


@dataclass(frozen=True)
class HoloV2Header:
    """What the 29 bytes say."""

    harmonics: int
    rate: int
    smallest: float
    largest: float
    chunks: int

    @property
    def values(self) -> int:
        """In a chunk."""
        return 2 * self.harmonics


def is_version_2(path: Path) -> bool:
    """Whether a file says so; the other readable version is 3. Raises HoloFormatError for version 1, OSError."""
    with open_holo(path) as file:
        start = file.read(5)
    if start == MAGIC + b"\x01":
        raise HoloFormatError(
            f"{path} is a .holo of version 1, which was never documented and cannot be read; versions 2 and 3 can"
        )
    return start == MAGIC + bytes([VERSION])


def pack_header(header: HoloV2Header) -> bytes:
    """The header's 29 bytes. Raises ValueError for a number that has no place in them."""
    try:
        return _HEADER.pack(MAGIC, VERSION, header.harmonics, header.rate, header.smallest, header.largest,
                            header.chunks, header.values)  # fmt: skip
    except (struct.error, OverflowError) as error:
        raise ValueError(f"{header} does not fit into a .holo of version 2: {error}") from error


class HoloV2Writer:
    """Writes the header, then codes as they come, to a file whose `write` takes all; `finish` ends the payload. The file stays
    open."""

    def __init__(self, file: BinaryIO, header: HoloV2Header) -> None:
        self._file, self._header, self._packer, self._chunks = file, header, zlib.compressobj(), 0
        self._file.write(pack_header(header))

    def write(self, codes: np.ndarray) -> None:
        """(chunks, 2 * harmonics) uint8. Raises ValueError for another width, OSError."""
        if codes.shape[1] != self._header.values or codes.dtype != np.uint8:
            raise ValueError(
                f"got {codes.dtype} codes of shape {codes.shape}, expected {self._header.values} bytes a chunk"
            )
        self._chunks += len(codes)
        self._file.write(self._packer.compress(codes.tobytes()))

    def finish(self) -> None:
        """Raises ValueError if there were more or fewer chunks than the header says."""
        if self._chunks != self._header.chunks:
            raise ValueError(f"{self._chunks} chunks were written where the header says {self._header.chunks}")
        self._file.write(self._packer.flush())


class HoloV2Reader:
    """Reads the header of a binary file of `size` bytes at once, and its codes in pieces of bounded size.

    Raises HoloFormatError in one sentence if the bytes are not a `.holo` of version 2.
    """

    def __init__(self, file: BinaryIO, size: int, name: str = "this file") -> None:
        self._file, self._name = file, name
        start = file.read(_HEADER.size)
        if len(start) < 5 or start[:5] != MAGIC + bytes([VERSION]):
            raise HoloFormatError(f"{name} is not a .holo of version 2: it does not begin with 'HOLO' and a 2")
        if len(start) < _HEADER.size:
            raise HoloFormatError(f"{name} ends within its header")
        _, _, harmonics, rate, smallest, largest, chunks, values = _HEADER.unpack(start)
        self.header = HoloV2Header(harmonics, rate, smallest, largest, chunks)
        self._check(values, size - _HEADER.size)

    def _check(self, values: int, payload: int) -> None:
        header, name = self.header, self._name
        if header.harmonics not in TIERS:
            raise HoloFormatError(
                f"{name} announces {header.harmonics} harmonics; the tiers are {', '.join(map(str, TIERS))}"
            )
        if values != header.values:
            raise HoloFormatError(
                f"{name} announces {values} values a chunk; {header.harmonics} harmonics have {header.values}"
            )
        if header.rate not in RATES:
            raise HoloFormatError(f"{name} announces {header.rate} Hz; {RATES[0]} to {RATES[-1]} can be")
        smallest, largest = header.smallest, header.largest
        if not (math.isfinite(smallest) and math.isfinite(largest) and smallest <= largest):
            raise HoloFormatError(f"{name} announces coefficients from {smallest} to {largest}, which is no range")
        if max(abs(smallest), abs(largest)) > LARGEST_COEFFICIENT:
            raise HoloFormatError(
                f"{name} announces coefficients from {smallest:g} to {largest:g}; at most {LARGEST_COEFFICIENT:g} can be"
            )
        if header.chunks > MOST_CHUNKS or header.chunks * values > ZLIB_RATIO * max(payload, 0):
            raise HoloFormatError(
                f"{name} announces {header.chunks} chunks, more than its {payload} bytes or a day can hold"
            )

    def codes(self, most_chunks: int = 256) -> Iterator[np.ndarray]:
        """(n, 2 * harmonics) uint8 pieces of at most `most_chunks`, in order. Raises HoloFormatError."""
        width = self.header.values
        unpacker, piece, left = zlib.decompressobj(), bytearray(), self.header.chunks * width
        wanted = most_chunks * width
        while not unpacker.eof:
            packed, before = unpacker.unconsumed_tail or self._file.read(READ_BYTES), len(piece)
            try:
                piece += unpacker.decompress(packed, wanted - len(piece))
            except zlib.error as error:
                raise HoloFormatError(f"{self._name} is damaged: its codes cannot be unpacked") from error
            if not packed and len(piece) == before:
                break
            if len(piece) > left:
                raise HoloFormatError(f"{self._name} is damaged: it holds more codes than it announces")
            if len(piece) == wanted:
                yield np.frombuffer(bytes(piece), np.uint8).reshape(-1, width)
                left -= wanted
                piece.clear()
        if len(piece) != left or not unpacker.eof:
            raise HoloFormatError(
                f"{self._name} is cut off: {left - len(piece)} of its codes, or its checksum, are missing"
            )
        if piece:
            yield np.frombuffer(bytes(piece), np.uint8).reshape(-1, width)
