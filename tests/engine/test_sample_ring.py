"""The queue of samples."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from holostream.engine.sample_ring import GROWTH_FADE, SampleRing


def counting(start: int, count: int, lanes: int = 2) -> np.ndarray:
    """Samples that tell their place; the lanes differ in sign."""
    return (
        np.arange(start, start + count, dtype=np.float32)
        * np.array([1, -1, 2], np.float32)[:lanes, np.newaxis]
    )


def taken(ring: SampleRing, count: int, lanes: int = 2) -> tuple[np.ndarray, int]:
    out = np.full((lanes, count), np.nan, np.float32)
    return out, ring.take(out)


@given(capacity=st.integers(1, 20), lanes=st.integers(1, 3),
       turns=st.lists(st.tuples(st.booleans(), st.integers(0, 25)), max_size=40))
def test_what_goes_in_comes_out_in_order(capacity: int, lanes: int, turns: list[tuple[bool, int]]) -> None:
    ring, expected, given_so_far, dropped = (
        SampleRing(lanes, capacity),
        np.zeros((lanes, 0), np.float32),
        0,
        0,
    )
    for writes, count in turns:
        if writes:
            samples = counting(given_so_far, count, lanes)
            room = capacity - expected.shape[1]
            ring.write(samples)
            expected = np.concatenate((expected, samples[:, :room]), axis=1)
            given_so_far, dropped = given_so_far + count, dropped + max(0, count - room)
        elif count > expected.shape[1]:
            with pytest.raises(ValueError, match=f"{count} samples asked for, {expected.shape[1]} there"):
                ring.read(np.empty((lanes, count), np.float32))
        else:
            out = np.empty((lanes, count), np.float32)
            ring.read(out)
            assert np.array_equal(out, expected[:, :count])
            expected = expected[:, count:]
        assert ring.fill == expected.shape[1]
        assert ring.dropped == dropped


def test_the_prefill_is_silence_and_adds_to_the_delay() -> None:
    ring = SampleRing(2, 100, prefill=7)
    ring.write(counting(1, 10))
    out, grown = taken(ring, 12)
    assert grown == 0
    assert not out[:, :7].any()
    assert np.array_equal(out[:, 7:], counting(1, 5))


def test_take_reads_while_there_is_enough() -> None:
    ring = SampleRing(2, 64)
    ring.write(counting(0, 30))
    for start in range(0, 30, 10):
        out, grown = taken(ring, 10)
        assert grown == 0
        assert np.array_equal(out, counting(start, 10))


@pytest.mark.parametrize("short", [1, 5, 63, 64, 100])
def test_a_shortage_lengthens_the_delay_for_good(short: int) -> None:
    """After the fade the samples are those of the new place, in order, none missing and none twice."""
    ring = SampleRing(2, 4096)
    ring.write(counting(0, 1000))
    taken(ring, 600)
    out, grown = taken(ring, 400 + short)
    assert grown == short
    assert ring.fill == 0
    fade = min(400, GROWTH_FADE)
    assert np.array_equal(out[:, fade:], counting(600 - short + fade, 400 + short - fade))
    ring.write(counting(1000, 200))
    out, grown = taken(ring, 200)
    assert grown == 0
    assert np.array_equal(out, counting(1000, 200))


def test_growing_does_not_click() -> None:
    """A slow sine stays a slow sine: no step larger than its own."""
    tone = np.sin(2 * np.pi * np.arange(6000) / 400).astype(np.float32)[np.newaxis]
    ring, heard, at = SampleRing(1, 4096), [], 0
    for count in (128, 128, 128, 64, 128, 128, 32, 128, 128):
        ring.write(tone[:, at : at + count])
        at += count
        heard.append(taken(ring, 128, lanes=1)[0])
    sound = np.concatenate(heard, axis=1)[0]
    steepest = 2 * np.pi / 400
    assert np.abs(np.diff(sound[128:])).max() < steepest + 2 / GROWTH_FADE
    assert np.abs(sound).max() <= 1


def test_a_shortage_right_at_the_start_is_silence() -> None:
    ring = SampleRing(2, 256)
    out, grown = taken(ring, 100)
    assert grown == 100
    assert not out.any()
    ring.write(counting(1, 60))
    out, grown = taken(ring, 60)
    assert grown == 0
    assert np.array_equal(out, counting(1, 60))


def test_more_than_the_ring_can_hold() -> None:
    ring = SampleRing(1, 100)
    with pytest.raises(ValueError, match="block of 60 samples is more than the ring of 100"):
        taken(ring, 60, lanes=1)


@given(st.lists(st.tuples(st.integers(0, 200), st.integers(1, 200)), max_size=25))
def test_take_always_fills_and_counts(turns: list[tuple[int, int]]) -> None:
    """Delay grows by exactly what take says; what is heard is never what was not given."""
    ring, given_so_far, heard, delay = SampleRing(1, 1 << 13), 0, 0, 0
    for wrote, wanted in turns:
        ring.write(counting(given_so_far + 1, wrote, 1))
        given_so_far += wrote
        out, grown = taken(ring, wanted, 1)
        heard, delay = heard + wanted, delay + grown
        assert np.isfinite(out).all()
        assert out.min() >= 0
        assert out.max() <= given_so_far
        assert ring.fill == given_so_far + delay - heard >= 0
        if not grown:
            last = heard - delay
            assert out[0, -1] == max(0, last)
