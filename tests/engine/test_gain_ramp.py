"""Gains glide."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from holostream.engine.gain_ramp import GLIDE_HOPS, GainRamp, Glide, linear

HOP = 128


def over(gain: float | np.ndarray) -> np.ndarray:
    return np.broadcast_to(np.asarray(gain, np.float32), HOP)


def test_decibels() -> None:
    assert linear(0.0) == 1.0
    assert linear(20.0) == pytest.approx(10)
    assert linear(-6.0) == pytest.approx(0.501, abs=1e-3)


def test_standing_still_it_is_a_number() -> None:
    ramp = GainRamp(0.7, HOP)
    assert [ramp.advance(0.7) for _ in range(3)] == [0.7, 0.7, 0.7]


@pytest.mark.parametrize(("start", "target"), [(0.0, 1.0), (1.0, 0.0), (1.0, linear(-60)), (0.3, linear(24))])
def test_a_glide_is_even_and_ends_exactly(start: float, target: float) -> None:
    ramp = GainRamp(start, HOP)
    glide = np.concatenate([over(ramp.advance(target)) for _ in range(GLIDE_HOPS)])
    steps = np.diff(np.concatenate(([start], glide)))
    assert np.abs(steps - (target - start) / len(glide)).max() < 1e-5 * max(1, target)
    assert ramp.advance(target) == target
    assert type(ramp.advance(target)) is float


@given(st.lists(st.floats(0, 16, width=32), min_size=1, max_size=40))
def test_never_a_jump(targets: list[float]) -> None:
    """Whatever is asked for at every hop, a sample differs from the one before by at most a glide's slope."""
    ramp, last = GainRamp(1.0, HOP), 1.0
    for target in targets:
        gains = over(ramp.advance(target))
        assert gains.dtype == np.float32
        assert np.abs(np.diff(np.concatenate(([last], gains)))).max() <= 16 / GLIDE_HOPS / HOP + 1e-5
        last = float(gains[-1])
    for _ in range(GLIDE_HOPS):
        ramp.advance(targets[-1])
    assert ramp.advance(targets[-1]) == targets[-1]


def test_what_was_asked_for_is_reached_evenly_and_exactly() -> None:
    glide = Glide(3.0)
    assert [glide.advance(3.0, 5), glide.advance(4.0, 1)] == [3.0, 4.0]
    assert [glide.advance(8.0, 4) for _ in range(5)] == [5.0, 6.0, 7.0, 8.0, 8.0]
    glide.advance(0.0, 4)
    assert [glide.advance(9.0, 1), glide.advance(9.0, 1)] == [9.0, 9.0], "another wish comes between"
