"""Which harmonics are chosen."""

from __future__ import annotations

import numpy as np
import pytest

from holostream.codec.dna_moves.range_moves import comb_weights, mute_weights, places_of, shifted, solo_weights

INDEX = np.arange(16, dtype=np.uint32)


def test_shift_moves_and_leaves_nothing_behind() -> None:
    values = np.arange(1, 9, dtype=np.float32).reshape(2, 4)
    assert shifted(values, 1).tolist() == [[0, 1, 2, 3], [0, 5, 6, 7]]
    assert shifted(values, -3).tolist() == [[4, 0, 0, 0], [8, 0, 0, 0]]


def test_a_shift_is_whole_and_leaves_a_harmonic() -> None:
    assert [places_of(shift, 64) for shift in (0.49, -0.49, 0.51, 31.7, -32)] == [0, 0, 1, 32, -32]
    assert [places_of(shift, 4) for shift in (32, -32, 2)] == [3, -3, 2]


def test_a_comb_keeps_every_nth() -> None:
    assert comb_weights(INDEX, 1).all()
    assert np.flatnonzero(comb_weights(INDEX, 3)).tolist() == [0, 3, 6, 9, 12, 15]
    assert np.flatnonzero(comb_weights(INDEX, 16)).tolist() == [0]


@pytest.mark.parametrize(("low", "high", "inside"), [
    (0.0, 0.25, [0, 1, 2, 3]), (0.25, 0.0, [0, 1, 2, 3]), (0.5, 0.56, [8]), (0.3, 0.3, []), (0.0, 1.0, [*range(16)]),
])  # fmt: skip
def test_mute_and_solo_are_each_others_rest(low: float, high: float, inside: list[int]) -> None:
    muted, solo = mute_weights(INDEX, 1.0, low, high), solo_weights(INDEX, 1.0, low, high)
    assert (muted.dtype, solo.dtype) == (np.float32, np.float32)
    assert np.flatnonzero(muted == 0).tolist() == inside
    assert np.array_equal(muted + solo, np.ones(16))


def test_amounts_between_turn_down_in_even_steps() -> None:
    radii = [mute_weights(INDEX, amount, 0, 1)[0] ** (4 / 3) for amount in (0.0, 0.25, 0.5, 0.75, 0.9)]
    db = 20 * np.log10(radii)
    assert np.allclose(db, [0, -5, -12, -24, -40], atol=0.2)
