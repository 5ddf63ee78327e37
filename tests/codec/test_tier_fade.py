"""The equal-gain fade between two tiers."""

from __future__ import annotations

import numpy as np
import pytest

from holostream.codec.tier_fade import FADE_HOPS, FULL_LEVEL, fade_weights, level_weights, line_weights, mix_tiers


@pytest.mark.parametrize(("hop", "hops"), [(128, FADE_HOPS), (1, 1), (480, 3)])
def test_weights_rise_from_zero_to_one(hop: int, hops: int) -> None:
    weights = fade_weights(hop, hops)
    flat = weights.ravel()
    assert weights.shape == (hops, hop)
    assert weights.dtype == np.float32
    assert (np.diff(flat) > 0).all()
    assert flat[0] > 0
    assert flat[-1] < 1
    assert np.abs(flat + flat[::-1] - 1).max() < 1e-6


def test_a_long_fade_begins_and_ends_without_a_step() -> None:
    flat = fade_weights(128, FADE_HOPS).ravel()
    assert flat[0] < 1e-5
    assert flat[-1] > 1 - 1e-5
    assert np.diff(flat).max() < 1.6 / len(flat)


def test_nobody_can_change_the_shared_table() -> None:
    with pytest.raises(ValueError, match="read-only"):
        fade_weights(128, 8)[0, 0] = 1
    with pytest.raises(ValueError, match="read-only"):
        line_weights(128, 3, 8)[0] = 1


def test_levels_are_joined_by_straight_lines() -> None:
    weights = level_weights(100, (0, 51, 51, FULL_LEVEL))
    assert weights.dtype == np.float32
    assert np.allclose(weights.ravel(), np.interp(np.arange(1, 301), (0, 100, 200, 300), (0, 0.2, 0.2, 1)), atol=1e-6)
    assert (weights[1] == weights[1, 0]).all()
    assert weights[2, -1] == 1
    assert np.array_equal(weights[2], line_weights(100, 51, FULL_LEVEL))


def test_two_equal_tiers_stay_what_they_are() -> None:
    sound = np.random.default_rng(0).standard_normal((2, 128)).astype(np.float32)
    for weights in fade_weights(128, FADE_HOPS):
        assert np.array_equal(mix_tiers(sound, sound, weights), sound)


def test_the_mix_goes_from_one_to_the_other() -> None:
    outgoing, incoming = np.full((2, 8, 128), 1, np.float32), np.full((2, 8, 128), -1, np.float32)
    mixed = mix_tiers(outgoing, incoming, fade_weights(128, 8))
    assert np.abs(mixed - (1 - 2 * fade_weights(128, 8))).max() < 1e-6
