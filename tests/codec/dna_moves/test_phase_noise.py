"""Random numbers that everybody gets."""

from __future__ import annotations

from collections.abc import Callable

import numpy as np
import pytest

from holostream.codec.dna_moves.phase_noise import LONGEST_STRIP, noise, noise_strip

INDEX = np.arange(64, dtype=np.uint32)


def plain(hop: int, harmonic: int) -> float:
    """The same in integers of any size."""
    word = (harmonic * 0x9E3779B1 + hop * 0x85EBCA6B) % 2**32
    word = (word ^ word >> 16) * 0x85EBCA6B % 2**32
    word = (word ^ word >> 13) * 0xC2B2AE35 % 2**32
    return ((word ^ word >> 16) >> 8) / 2**24 - 0.5


def test_it_is_the_same_in_plain_integers() -> None:
    for hop in (0, 1, 12345, 2**31, 2**40 + 7, -3):
        assert noise(hop, INDEX).tolist() == [plain(hop, harmonic) for harmonic in range(64)]


@pytest.mark.parametrize("rows", [lambda hop: noise(hop, INDEX), lambda hop: noise_strip(hop, 64)])
def test_it_is_evenly_spread_and_knows_no_neighbor(rows: Callable[[int], np.ndarray]) -> None:
    field = np.stack([rows(hop) for hop in range(400)])
    assert field.dtype == np.float32
    assert field.min() >= -0.5
    assert field.max() < 0.5
    counts = np.histogram(field, 16, (-0.5, 0.5))[0] / field.size
    assert np.abs(counts - 1 / 16).max() < 0.006
    for a, b in ((field[1:], field[:-1]), (field[:, 1:], field[:, :-1]), (field[1:, 1:], field[:-1, :-1])):
        assert abs(np.corrcoef(a.ravel(), b.ravel())[0, 1]) < 0.03


def test_strips_of_neighbors_do_not_overlap_and_every_hop_has_one() -> None:
    strips = [noise_strip(hop, LONGEST_STRIP) for hop in range(-40, 40)]
    assert len(np.unique(np.concatenate(strips))) > 0.99 * len(strips) * LONGEST_STRIP
    for hop in (-(2**63), 2**63, 2**40 + 1):
        assert noise_strip(hop, LONGEST_STRIP).shape == (LONGEST_STRIP,)
