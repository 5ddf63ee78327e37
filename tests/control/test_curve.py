"""Curves of knobs, there and back."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from holostream.control.curve import CURVES, bend, unbend

ENDS = st.floats(-1000, 1000).map(lambda value: round(value, 3))


@given(st.sampled_from(CURVES), st.floats(0, 1), ENDS, ENDS)
def test_back_is_the_inverse_and_nothing_leaves_the_range(curve, x, low, high) -> None:
    value = bend(curve, x, low, high)
    assert min(low, high) - 1e-6 <= value <= max(low, high) + 1e-6
    assert bend(curve, unbend(curve, value, low, high), low, high) == pytest.approx(value, abs=1e-3)
    assert 0 <= unbend(curve, value, low, high) <= 1


@pytest.mark.parametrize("curve", CURVES)
@pytest.mark.parametrize(("low", "high"), [(0, 1), (1, 0), (-60, 12), (0.25, 4), (-8, -1)])
def test_ends_are_the_ends_and_the_way_is_one_way(curve: str, low: float, high: float) -> None:
    way = [bend(curve, n / 20, low, high) for n in range(21)]
    assert (way[0], way[-1]) == pytest.approx((low, high))
    assert sorted(way) == (way if low < high else way[::-1])
    assert unbend(curve, low - (high - low), low, high) == 0.0
    assert unbend(curve, high + (high - low), low, high) == 1.0


def test_shapes() -> None:
    assert bend("exp", 0.5, 0.25, 4) == pytest.approx(1.0)
    assert bend("exp", 0.25, 1, 16) == pytest.approx(2.0)
    assert bend("exp", 0.5, 0, 1) < 0.1
    assert bend("log", 0.5, 0, 1) > 0.8
    assert bend("lin", 0.5, 0, 1) == 0.5
    assert unbend("lin", 3, 3, 3) == 0.0
