"""The estimated bitrate: nothing for silence, the known price of noise, less for what can be foreseen."""

from __future__ import annotations

import numpy as np
import pytest

from holostream.codec.dna import Dna, silence
from holostream.format.rate_estimate import bits_by_part, estimated_kbps


def dna(amplitudes: np.ndarray) -> Dna:
    frames = amplitudes.shape[1]
    return Dna(np.full((1, frames), 40, np.uint8), amplitudes.astype(np.uint8), np.zeros_like(amplitudes, np.uint8))


def test_silence_is_almost_free():
    assert estimated_kbps(silence(1, 2000, 64), 375.0) < 0.5


def test_phases_cost_the_logarithm_of_their_number():
    bits = bits_by_part(dna(np.full((1, 500, 16), 3)))
    assert bits["phases"] == pytest.approx(16 * np.log2(14))
    assert bits["amplitudes"] < 0.5


def test_a_word_that_stays_costs_next_to_nothing():
    codes = dna(np.full((1, 500, 16), 2))
    assert bits_by_part(codes)["phases"] == pytest.approx(16 * np.log2(9))
    told = bits_by_part(codes, tells=True)
    assert told["phases"] == pytest.approx(15 * np.log2(9))
    assert 0 < told["words"] < 0.2
    assert estimated_kbps(codes, 375.0, tells=True) < estimated_kbps(codes, 375.0) - 0.375 * 2.9


def test_noise_costs_its_entropy_and_no_less():
    generator = np.random.default_rng(1)
    bits = bits_by_part(dna(generator.integers(0, 8, (1, 20000, 16))))
    assert 16 * 3 <= bits["amplitudes"] < 16 * 3 * 1.1


def test_what_the_past_foretells_is_cheap():
    generator = np.random.default_rng(2)
    walk = np.abs(np.cumsum(generator.integers(-1, 2, (1, 3000, 16)), axis=1)) % 6
    shuffled = generator.permuted(walk, axis=1)
    assert bits_by_part(dna(walk))["amplitudes"] < 0.9 * bits_by_part(dna(shuffled))["amplitudes"]


def test_large_codes_pay_an_escape():
    assert bits_by_part(dna(np.full((1, 400, 4), 40)))["amplitudes"] > 4 * np.log2(240)
