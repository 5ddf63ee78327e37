"""Sizes derived from the one dial."""

from __future__ import annotations

from dataclasses import replace
from itertools import pairwise

import pytest

from holostream.codec.tier import TIERS
from holostream.network.shape import full_size_shape, untrained_shape


@pytest.mark.parametrize(("harmonics", "layers", "base"), [
    (4, 1, 4), (8, 1, 8), (16, 1, 16), (32, 1, 32), (64, 1, 64), (128, 2, 64), (256, 4, 64),
])
def test_harmonics_beyond_half_a_hop_refine(harmonics: int, layers: int, base: int) -> None:
    shape = untrained_shape(harmonics)
    assert (shape.layers, shape.base) == (layers, base)
    assert 2 * shape.base <= shape.hop


@pytest.mark.parametrize("harmonics", TIERS)
def test_each_layer_is_finer_by_what_it_divides(harmonics: int) -> None:
    shape = untrained_shape(harmonics)
    assert all(coarse == pytest.approx(fine * shape.split) for coarse, fine in pairwise(shape.steps))
    assert shape.split % 2


def test_context_of_the_linear_path_is_what_still_rings() -> None:
    shape = untrained_shape(64)
    assert shape.vocoder_context == 1
    assert replace(shape, synthesis=128).vocoder_context == 0
    assert replace(shape, synthesis=256).vocoder_context == 1
    assert replace(shape, synthesis=257).vocoder_context == 2


def test_context_of_a_network_is_the_sum_of_its_blocks() -> None:
    shape = full_size_shape(64)
    assert shape.vocoder_context == 2 * 15 + 1
    assert replace(shape, kernel=5).vocoder_context == 4 * 15 + 1
