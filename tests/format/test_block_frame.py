"""The frame around blocks: whole ones come back, torn and damaged ones are told apart."""

from __future__ import annotations

import io

import pytest
from hypothesis import given
from hypothesis import strategies as st

from holostream.format.block_frame import MAX_PAYLOAD, DamagedBlockError, announced, pack_frame, read_frame


@given(st.integers(0, 15), st.binary(max_size=300), st.binary(max_size=20))
def test_what_is_packed_is_read(kind: int, payload: bytes, rest: bytes) -> None:
    packed = pack_frame(kind, payload)
    file = io.BytesIO(packed + rest)
    frame = read_frame(file)
    assert not isinstance(frame, int)
    assert (frame.kind, frame.payload, frame.size) == (kind, payload, len(packed))
    assert announced(packed) == (kind, len(payload))
    assert file.read() == rest


@given(st.binary(max_size=60), st.data())
def test_a_torn_block_is_counted(payload: bytes, data: st.DataObject) -> None:
    packed = pack_frame(1, payload)
    size = data.draw(st.integers(0, len(packed) - 1))
    assert read_frame(io.BytesIO(packed[:size])) == size


def test_any_changed_bit_is_noticed() -> None:
    packed = pack_frame(3, b"payload of a block")
    for bit in range(8 * len(packed)):
        damaged = bytearray(packed)
        damaged[bit // 8] ^= 1 << bit % 8
        try:
            assert isinstance(read_frame(io.BytesIO(damaged)), int)  # announced longer than it is
        except DamagedBlockError:
            continue


def test_the_longest_payload() -> None:
    frame = read_frame(io.BytesIO(pack_frame(0, bytes(MAX_PAYLOAD))))
    assert not isinstance(frame, int)
    assert len(frame.payload) == MAX_PAYLOAD
    with pytest.raises(ValueError, match="at most"):
        pack_frame(0, bytes(MAX_PAYLOAD + 1))
