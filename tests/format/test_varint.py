"""Numbers of any size come back; endless ones are refused."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from holostream.format.holo_error import HoloFormatError
from holostream.format.varint import Cursor, pack_number, pack_signed


@given(st.lists(st.integers(0, 2**64 - 1)), st.lists(st.integers(-(2**63), 2**63 - 1)), st.binary(max_size=5))
def test_numbers_come_back(numbers: list[int], signed: list[int], rest: bytes) -> None:
    cursor = Cursor(b"".join(map(pack_number, numbers)) + b"".join(map(pack_signed, signed)) + rest)
    assert [cursor.number() for _ in numbers] == numbers
    assert [cursor.signed() for _ in signed] == signed
    assert cursor.left == len(rest)
    assert cursor.bytes(None) == rest


@pytest.mark.parametrize(("value", "packed"), [(0, "00"), (127, "7f"), (128, "8001"), (300, "ac02")])
def test_as_specified(value: int, packed: str) -> None:
    assert pack_number(value).hex() == packed


@pytest.mark.parametrize("packed", ["", "80", "ff" * 9 + "02", "ff" * 9 + "ff01", "80" * 30])
def test_numbers_that_do_not_end(packed: str) -> None:
    with pytest.raises(HoloFormatError):
        Cursor(bytes.fromhex(packed)).number()


def test_more_bytes_than_there_are() -> None:
    with pytest.raises(HoloFormatError, match="too short"):
        Cursor(b"abc").bytes(4)
