"""The ring: in order, whatever the sizes; what is dropped is never read."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from holostream.engine.playback_ring import SLOT_SAMPLES, SLOTS, PlaybackRing, playback_bytes


def numbered(slot: int, lanes: int) -> np.ndarray:
    row = np.arange(slot * SLOT_SAMPLES, (slot + 1) * SLOT_SAMPLES, dtype=np.float32)
    return np.stack([row + 0.5 * lane for lane in range(lanes)])


def new_ring(lanes: int = 1) -> tuple[PlaybackRing, PlaybackRing]:
    buffer = bytearray(playback_bytes(lanes))
    return PlaybackRing(buffer, lanes), PlaybackRing(buffer, lanes)


@given(
    st.integers(1, 2),
    st.lists(st.tuples(st.sampled_from(["write", "read", "drop"]), st.integers(1, 700)), max_size=60),
)
def test_in_order_and_nothing_dropped_is_read(lanes: int, moves: list[tuple[str, int]]) -> None:
    writer, reader = new_ring(lanes)
    due = 0
    for move, amount in moves:
        if move == "write":
            for _ in range(amount % 9):
                writer.write(numbered(writer.head.written, lanes), float(writer.head.written), 1.0, 64)
        elif move == "drop":
            writer.drop_before(max(writer.head.void, writer.head.written - amount % 5))
        else:
            if reader.voided:
                reader.skip_voided()
                due = writer.head.void * SLOT_SAMPLES
            out = np.full((lanes, amount), -1.0, np.float32)
            ahead = reader.ahead
            got = reader.peek(out)
            reader.advance(got)
            assert got == min(amount, ahead)
            assert np.array_equal(out[0, :got], np.arange(due, due + got))
            assert np.array_equal(out[-1, :got], out[0, :got] + 0.5 * (lanes - 1))
            assert (out[:, got:] == -1).all()
            due += got


def test_it_goes_round() -> None:
    writer, reader = new_ring()
    out = np.empty((1, 3 * SLOT_SAMPLES - 1), np.float32)
    at = 0
    for _ in range(SLOTS):
        while writer.ahead < out.shape[1]:
            writer.write(numbered(writer.head.written, 1), 0.0, 1.0, 64)
        assert reader.peek(out) == out.shape[1]
        reader.advance(out.shape[1])
        assert (out[0, 0], out[0, -1]) == (at, at + out.shape[1] - 1)
        at += out.shape[1]
    assert writer.head.written > 2 * SLOTS


def test_a_full_ring_says_so() -> None:
    writer, reader = new_ring()
    for slot in range(SLOTS):
        assert writer.room
        writer.write(numbered(slot, 1), 0.0, 1.0, 64)
    assert not writer.room
    with pytest.raises(ValueError, match="wait to be read"):
        writer.write(numbered(0, 1), 0.0, 1.0, 64)
    reader.advance(SLOT_SAMPLES)
    assert writer.room


def test_it_tells_what_comes_next() -> None:
    writer, reader = new_ring()
    assert writer.next_up is None
    writer.write(numbered(0, 1), 1000.0, 2.0, 64)
    writer.write(numbered(1, 1), 5000.0, 2.0, 16)
    assert writer.next_up == (1000.0, 64)
    reader.advance(3)
    assert writer.next_up == (1006.0, 64)
    writer.drop_before(1)
    assert writer.next_up == (5000.0, 16)  # even before the reader has noticed
