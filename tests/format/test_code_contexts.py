"""Contexts: every code has one place and is coded once, from codes that are known by then and no others."""

from __future__ import annotations

import numpy as np
import pytest

from holostream.format.code_contexts import empty_grid, plan_of, rounds_of


@pytest.mark.parametrize("frames", [*range(40), 127, 128, 129, 360, 399])
def test_rounds_take_every_frame_once_and_look_only_at_earlier_rounds(frames: int) -> None:
    known: set[int] = set()
    for round_ in rounds_of(frames):
        assert set(round_.sources.ravel().tolist()) - {-1} <= known
        own = round_.frames.tolist()
        assert not known & set(own)
        known |= set(own)
    assert known == set(range(frames))


@pytest.mark.parametrize("tells", [False, True])
@pytest.mark.parametrize(("lanes", "frames", "layers", "base"), [(1, 1, 1, 4), (2, 9, 4, 64), (1, 33, 2, 64), (2, 300, 1, 8)])
def test_a_context_never_holds_a_code_that_is_not_decoded_yet(
    lanes: int, frames: int, layers: int, base: int, tells: bool
) -> None:
    size = empty_grid(lanes, frames, base * layers, layers).size
    passes = [each for _, passes in plan_of(lanes, frames, layers, base, tells) for each in passes]
    own = np.concatenate([each.own.ravel() for each in passes])
    assert len(own) == len(np.unique(own)) == lanes * frames * (layers * base - tells)
    is_code, known = np.zeros(size, bool), np.zeros(size, bool)
    is_code[own] = True
    for each in passes:
        places = each.places.ravel()
        assert places.min() >= 0
        assert places.max() < size
        assert (known[places] | ~is_code[places]).all()
        known[each.own] = True
