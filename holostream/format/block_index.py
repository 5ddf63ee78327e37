"""Where the blocks of frames stand in a `.holo`: the payload of its last block, which marks the file as complete.

    end      v  hops heard in all
    payload  v  e, bytes of the entries
             e  a raw deflate stream of the entries, one for each block of frames in order
                  v  its place, in bytes from the place of the one before; the first: from the end of the header
                  s  its first hop minus the hop that follows the one before; the first: its first hop
                  v  its hops
             3  bytes of this payload: with them the block is found from the end of the file

v and s are numbers as in `varint`, s signed. A file without this block was not closed; a reader makes the index from the
blocks themselves.
"""

from __future__ import annotations

import zlib
from array import array
from bisect import bisect_right

from holostream.format.block_frame import MAX_PAYLOAD
from holostream.format.holo_error import HoloFormatError
from holostream.format.varint import Cursor, pack_number, pack_signed

LENGTH_BYTES = 3
MAX_ENTRY_BYTES = 1 << 19
"""Of the inflated entries: a day of sound, and no long work for a reader."""


class BlockIndex:
    """Grows as blocks are written or found; 24 bytes a block."""

    def __init__(self) -> None:
        self.places, self.first_hops, self.hops = array("q"), array("q"), array("q")

    def add(self, place: int, first_hop: int, hops: int) -> None:
        """The next block of frames: bytes from the end of the header, hops since the session began."""
        self.places.append(place)
        self.first_hops.append(first_hop)
        self.hops.append(hops)

    @property
    def first_hop(self) -> int:
        """0 if there are no blocks."""
        return self.first_hops[0] if self.hops else 0

    @property
    def end_hop(self) -> int:
        """The hop that follows the last."""
        return self.first_hops[-1] + self.hops[-1] if self.hops else 0

    def place_for(self, hop: int) -> int | None:
        """Of the last block that begins at `hop` or before; else of the first; None if there are no blocks."""
        if not self.hops:
            return None
        return self.places[max(0, bisect_right(self.first_hops, hop) - 1)]


def pack_end(index: BlockIndex) -> bytes:
    """The payload of the end block. An index too long for a block is left out: readers then make it themselves."""
    entries, place, due = bytearray(), 0, 0
    for at, first_hop, hops in zip(index.places, index.first_hops, index.hops, strict=True):
        entries += pack_number(at - place) + pack_signed(first_hop - due) + pack_number(hops)
        place, due = at, first_hop + hops
    for chosen in (entries, b""):
        packer = zlib.compressobj(9, zlib.DEFLATED, -15)
        deflated = packer.compress(bytes(chosen)) + packer.flush()
        payload = pack_number(sum(index.hops)) + pack_number(len(deflated)) + deflated
        if len(payload) + LENGTH_BYTES <= MAX_PAYLOAD and len(chosen) <= MAX_ENTRY_BYTES:
            break
    return payload + (len(payload) + LENGTH_BYTES).to_bytes(LENGTH_BYTES, "little")


def unpack_end(payload: bytes) -> tuple[int, BlockIndex]:
    """(hops heard in all, index) from an end block. Raises HoloFormatError."""
    cursor = Cursor(payload)
    heard = cursor.number()
    unpacker = zlib.decompressobj(-15)
    try:
        entries = unpacker.decompress(cursor.bytes(cursor.number()), MAX_ENTRY_BYTES)
    except zlib.error as error:
        raise HoloFormatError("its index cannot be unpacked") from error
    if not unpacker.eof or int.from_bytes(cursor.bytes(None), "little") != len(payload):
        raise HoloFormatError("its index does not end where it should")
    index, rows, place, due = BlockIndex(), Cursor(entries), 0, 0
    try:
        while rows.left:
            place += rows.number()
            first_hop, hops = due + rows.signed(), rows.number()
            index.add(place, first_hop, hops)
            due = first_hop + hops
    except OverflowError as error:
        raise HoloFormatError("its index holds a number beyond 64 bits") from error
    return heard, index
