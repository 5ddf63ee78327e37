"""The index: it comes back, finds the block of a hop, and does no harm."""

from __future__ import annotations

import tracemalloc
import zlib

import pytest
from hypothesis import given
from hypothesis import strategies as st

from holostream.format.block_index import MAX_ENTRY_BYTES, BlockIndex, pack_end, unpack_end
from holostream.format.holo_error import HoloFormatError
from holostream.format.varint import pack_number, pack_signed


def index_of(rows: list[tuple[int, int, int]], start: int = 100, first: int = -7) -> BlockIndex:
    """Rows of (bytes, missing hops before, hops)."""
    index, place, hop = BlockIndex(), start, first
    for size, missing, hops in rows:
        index.add(place, hop + missing, hops)
        place, hop = place + size, hop + missing + hops
    return index


rows = st.lists(st.tuples(st.integers(1, 1 << 20), st.integers(0, 1 << 30), st.integers(1, 1024)), max_size=30)


@given(rows)
def test_an_index_comes_back(blocks: list[tuple[int, int, int]]) -> None:
    index = index_of(blocks)
    heard, back = unpack_end(pack_end(index))
    assert heard == sum(hops for _, _, hops in blocks)
    assert (back.places, back.first_hops, back.hops) == (index.places, index.first_hops, index.hops)


@given(rows.filter(bool), st.integers(-20, 1 << 36))
def test_the_block_for_a_hop(blocks: list[tuple[int, int, int]], hop: int) -> None:
    index = index_of(blocks)
    place = index.place_for(hop)
    earlier = [at for at, first in zip(index.places, index.first_hops, strict=True) if first <= hop]
    assert place == (earlier[-1] if earlier else index.places[0])


def test_no_blocks() -> None:
    heard, index = unpack_end(pack_end(BlockIndex()))
    assert (heard, index.place_for(3), index.first_hop, index.end_hop) == (0, None, 0, 0)


def test_a_usual_entry_takes_next_to_nothing() -> None:
    blocks = [(1700 + size * 37 % 211, 0, 384) for size in range(600)]
    assert len(pack_end(index_of(blocks))) < 600 * 2.2


def test_an_index_that_gets_too_long_is_left_out() -> None:
    blocks = [(1700 + size % 99, 0, 384) for size in range(MAX_ENTRY_BYTES // 5 + 10)]
    heard, index = unpack_end(pack_end(index_of(blocks)))
    assert heard == 384 * len(blocks)
    assert not index.hops


def end(entries: bytes, heard: int = 0) -> bytes:
    packer = zlib.compressobj(9, zlib.DEFLATED, -15)
    deflated = packer.compress(entries) + packer.flush()
    payload = pack_number(heard) + pack_number(len(deflated)) + deflated
    return payload + (len(payload) + 3).to_bytes(3, "little")


@pytest.mark.parametrize(
    "payload",
    [b"", b"\0", end(b"\x80"), end(b"\1\2"), end(pack_number(2**63) + b"\0\1"), end(b"\1" + pack_signed(2**62) + b"\1" +
     b"\1" + pack_signed(2**62) + b"\1"), end(bytes(MAX_ENTRY_BYTES + 1)), end(b"") + b"\0", b"\0\3abc\0\0\0"],
)  # fmt: skip
def test_hostile_ones_are_refused(payload: bytes) -> None:
    with pytest.raises(HoloFormatError):
        unpack_end(payload)


@given(st.binary(max_size=60))
def test_any_payload(payload: bytes) -> None:
    try:
        unpack_end(payload)
    except HoloFormatError:
        return


def test_a_bomb_takes_little_memory() -> None:
    bomb = end(b"\1\0\1" * (MAX_ENTRY_BYTES // 3))
    tracemalloc.start()
    unpack_end(bomb)
    peak = tracemalloc.get_traced_memory()[1]
    tracemalloc.stop()
    assert peak < 12 << 20
