"""The bitrate at which a rival is as good: between rungs, below, beyond, and where its ladder is not monotone."""

from __future__ import annotations

import math

import pytest
from hypothesis import given
from hypothesis import strategies as st

from holostream.bench.equal_bitrate import EqualBitrate, equal_bitrate

LADDER = [(6.0, 1.0), (12.0, 2.0), (24.0, 4.0), (96.0, 4.5)]


def test_a_rung_is_itself_and_between_is_geometric():
    assert equal_bitrate(2.0, LADDER, True).kbps == pytest.approx(12)
    assert equal_bitrate(3.0, LADDER, True).kbps == pytest.approx(math.sqrt(12 * 24))


def test_beyond_the_ladder_is_a_bound():
    assert equal_bitrate(4.6, LADDER, True) == EqualBitrate(96.0, ">")
    assert equal_bitrate(0.5, LADDER, True) == EqualBitrate(6.0, "<")
    assert equal_bitrate(1.0, [], True) is None


def test_lower_can_be_better():
    falling = [(kbps, -score) for kbps, score in LADDER]
    assert equal_bitrate(-3.0, falling, False).kbps == pytest.approx(math.sqrt(12 * 24))
    assert equal_bitrate(-5.0, falling, False) == EqualBitrate(96.0, ">")


def test_the_first_crossing_counts():
    assert equal_bitrate(2.0, [(1, 1.0), (2, 3.0), (4, 1.5), (8, 4.0)], True).kbps == pytest.approx(math.sqrt(2))


def test_as_text():
    assert str(EqualBitrate(6.0, "<")) == "< 6.0"
    assert str(EqualBitrate(256.2, ">")) == "> 256"
    assert str(EqualBitrate(9.96)) == "10.0"


@given(
    scores=st.lists(st.floats(0, 5), min_size=1, max_size=12, unique=True),
    target=st.floats(-1, 6),
)
def test_the_answer_lies_where_the_target_is_passed(scores, target):
    ladder = [(6.0 * 1.5**place, score) for place, score in enumerate(scores)]
    found = equal_bitrate(target, ladder, True)
    assert ladder[0][0] <= found.kbps <= ladder[-1][0]
    if found.sign == ">":
        assert max(scores) < target
    elif found.sign == "<":
        assert scores[0] >= target
    else:
        assert all(score < target for kbps, score in ladder if kbps < found.kbps * (1 - 1e-9))
        assert max(score for kbps, score in ladder if kbps <= found.kbps * 1.51) >= target
