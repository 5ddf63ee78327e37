"""Layers within layers: which codes are digits, and what contexts see of them."""

from __future__ import annotations

import numpy as np
import pytest

from holostream.format.code_contexts import ESCAPE, filled_grid, plan_of
from holostream.format.nested_layers import digit_places, nested, seen_from_below


@pytest.mark.parametrize("split", [3, 5, 7, 9])
def test_what_was_said_is_never_nothing_and_grows_as_sizes_do(split: int) -> None:
    seen = seen_from_below(np.arange(1, 256), split)
    assert seen.min() >= 1
    assert seen.max() == ESCAPE
    exact = np.arange(1, 256) * split**0.75
    assert (np.abs(seen - exact)[exact < ESCAPE] < 1.5).all()


def test_digits_are_what_comes_after_the_first_code_of_a_harmonic() -> None:
    #                              layer 0        1           2           3
    amplitudes = np.array([[[0, 0, 0, 3,  0, 0, 2, 1,  0, 1, 0, 0,  7, 2, 1, 2]]])  # fmt: skip
    seen, digits = nested(amplitudes, 4, 3)
    assert digits[0, 0].tolist() == [
        False, False, False, False,
        False, False, False, True,
        False, False, True, True,
        False, True, True, True,
    ]  # fmt: skip
    assert seen[0, 0].tolist() == [0, 0, 0, 3, 0, 0, 2, 6, 0, 1, 4, 13, 7, 2, 9, ESCAPE]


def test_without_a_split_no_code_is_a_digit() -> None:
    amplitudes = np.full((1, 2, 128), 3, np.uint8)
    seen, digits = nested(amplitudes, 2, 1)
    assert seen is amplitudes
    assert not digits.any()


@pytest.mark.parametrize("tells", [False, True])
def test_a_pass_finds_the_same_digits(tells: bool) -> None:
    amplitudes = np.random.default_rng(4).integers(0, 3, (2, 40, 256)) * (np.arange(256) % 64 != 63)
    seen, digits = nested(amplitudes, 4, 5)
    grid, found = filled_grid(seen, 4), filled_grid(np.zeros_like(amplitudes), 4)
    for _, passes in plan_of(2, 40, 4, 64, tells):
        for each in passes:
            found.reshape(-1)[each.own] = digit_places(grid, each, 5)
            assert not digit_places(grid, each, 1).any()
    assert np.array_equal(found, filled_grid(digits, 4))
