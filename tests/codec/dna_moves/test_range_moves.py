"""Which harmonics are chosen."""

from __future__ import annotations

import numpy as np
import pytest

from holostream.codec.dna_moves.range_moves import comb_weights, mute, places_of, shift, solo


def test_shift_moves_and_leaves_nothing_behind() -> None:
    codes = np.arange(1, 9, dtype=np.uint8).reshape(2, 4)
    moved = np.empty_like(codes)
    shift(codes, moved, 1, 0)
    assert moved.tolist() == [[0, 1, 2, 3], [0, 5, 6, 7]]
    shift(codes, moved, -3, 128)
    assert moved.tolist() == [[4, 128, 128, 128], [8, 128, 128, 128]]


def test_a_shift_is_whole_and_leaves_a_harmonic() -> None:
    assert [places_of(by, 64) for by in (0.49, -0.49, 0.51, 31.7, -32)] == [0, 0, 1, 32, -32]
    assert [places_of(by, 4) for by in (32, -32, 2)] == [3, -3, 2]


def test_a_comb_keeps_every_nth() -> None:
    assert comb_weights(16, 1).all()
    assert np.flatnonzero(comb_weights(16, 3)).tolist() == [0, 3, 6, 9, 12, 15]
    assert np.flatnonzero(comb_weights(16, 16)).tolist() == [0]


def test_one_comb_fades_into_the_next() -> None:
    weights = np.stack([comb_weights(16, every) for every in np.linspace(2, 3, 21)])
    assert (weights[:, [0, 6, 12]] == 1).all()
    assert (np.diff(weights[:, [2, 4, 8, 10, 14]], axis=0) < 0).all()
    assert (np.diff(weights[:, [3, 9, 15]], axis=0) > 0).all()
    assert not weights[:, [1, 5, 7, 11, 13]].any()
    assert np.abs(np.diff(weights, axis=0)).max() < 0.08
    assert np.array_equal(comb_weights(4, 16), [1, 0, 0, 0])


@pytest.mark.parametrize(("low", "high", "inside"), [
    (0.0, 0.25, [0, 1, 2, 3]), (0.25, 0.0, [0, 1, 2, 3]), (0.5, 0.56, [8]), (0.3, 0.3, []), (0.0, 1.0, [*range(16)]),
])  # fmt: skip
def test_mute_and_solo_are_each_others_rest(low: float, high: float, inside: list[int]) -> None:
    muted, alone = np.ones((2, 16), np.float32)
    mute(muted, 1.0, low, high)
    solo(alone, 1.0, low, high)
    assert np.flatnonzero(muted == 0).tolist() == inside
    assert np.array_equal(muted + alone, np.ones(16))


def test_amounts_between_turn_down_in_even_steps() -> None:
    weights = np.ones((5, 16), np.float32)
    for row, amount in zip(weights, (0.0, 0.25, 0.5, 0.75, 0.9), strict=True):
        mute(row, amount, 0, 1)
    db = 20 * np.log10(weights[:, 0] ** (4 / 3))
    assert np.allclose(db, [0, -5, -12, -24, -40], atol=0.2)
