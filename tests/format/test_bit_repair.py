"""Any one flipped bit is found; nothing else is changed."""

from __future__ import annotations

import zlib

from hypothesis import given
from hypothesis import strategies as st

from holostream.format.bit_repair import with_one_bit_restored


def checked(data: bytes) -> bytes:
    return data + zlib.crc32(data).to_bytes(4, "little")


@given(st.binary(max_size=200), st.data())
def test_one_flipped_bit_is_restored(data: bytes, draw: st.DataObject) -> None:
    whole = checked(data)
    bit = draw.draw(st.integers(0, 8 * len(whole) - 1))
    damaged = bytearray(whole)
    damaged[bit // 8] ^= 1 << bit % 8
    assert with_one_bit_restored(bytes(damaged)) == whole


def test_every_bit_of_a_long_block() -> None:
    whole = checked(bytes(range(256)) * 20)
    for bit in range(0, 8 * len(whole), 397):
        damaged = bytearray(whole)
        damaged[bit // 8] ^= 1 << bit % 8
        assert with_one_bit_restored(bytes(damaged)) == whole


@given(st.binary(min_size=4, max_size=60))
def test_what_fits_or_is_damaged_more_is_left_alone(data: bytes) -> None:
    assert with_one_bit_restored(checked(data)) is None
    restored = with_one_bit_restored(data)
    assert restored is None or (zlib.crc32(restored[:-4]).to_bytes(4, "little") == restored[-4:])
