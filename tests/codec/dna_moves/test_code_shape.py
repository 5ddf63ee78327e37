"""Opened and closed again, codes are what they were; leveling changes only how finely they are said."""

from __future__ import annotations

import numpy as np
import pytest

from holostream.codec.dna_moves.code_shape import (
    COMMON,
    MAX_AMPLITUDE,
    MAX_GAIN,
    PHASE_COUNT,
    ByteCodes,
    PolarCodes,
    base_harmonics,
    code_shape,
)
from holostream.network import quantizer
from tests.bent_sound import facts_of


def closed(shape: PolarCodes | ByteCodes, sizes: np.ndarray, turns: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
    amplitudes, phases = (np.empty(sizes.shape, np.uint8) for _ in range(2))
    shape.close(sizes, turns, amplitudes, phases)
    return amplitudes, phases


def test_sizes_are_the_quantizers() -> None:
    assert (MAX_AMPLITUDE, MAX_GAIN) == (quantizer.MAX_AMPLITUDE, quantizer.MAX_GAIN)


def test_every_polar_code_comes_back() -> None:
    amplitudes, phases = np.meshgrid(np.arange(256, dtype=np.uint8), np.arange(64, dtype=np.uint8))
    legal = phases < PHASE_COUNT[amplitudes]
    shape = PolarCodes(np.geomspace(0.1, 10, 256))
    sizes, turns = shape.opened(amplitudes, phases)
    assert (sizes.dtype, turns.dtype) == (np.float32, np.float32)
    for whole_turns in (-2, 0, 3):
        result = closed(shape, sizes, turns + np.float32(whole_turns))
        assert np.array_equal(result[0], amplitudes)
        assert np.array_equal(result[1][legal], phases[legal])


def test_every_pair_of_bytes_comes_back() -> None:
    real, imaginary = np.meshgrid(np.arange(256, dtype=np.uint8), np.arange(256, dtype=np.uint8))
    for zero in (0, 100, 255):
        shape = ByteCodes(zero)
        sizes, turns = shape.opened(real, imaginary)
        assert (sizes.dtype, turns.dtype) == (np.float32, np.float32)
        assert np.array_equal(np.stack(closed(shape, sizes, turns)), np.stack((real, imaginary)))


def test_a_muted_pair_of_bytes_is_zero() -> None:
    real, imaginary = closed(ByteCodes(100), np.zeros((1, 4), np.float32), np.ones((1, 4), np.float32))
    assert (real == 100).all()
    assert (imaginary == 100).all()


def test_the_nearest_angle_of_another_count() -> None:
    _, phases = closed(PolarCodes(np.ones(5)), np.float32([0.4, 1, 1, 2, 400]), np.float32([0.3, 0.29, 0.95, 0.5, -0.25]))
    assert phases.tolist() == [0, 1, 0, 4, 48]


def leveled(
    shape: PolarCodes | ByteCodes, gains: np.ndarray, sizes: np.ndarray, factors: list[float]
) -> tuple[np.ndarray, np.ndarray]:
    """Other gains, amplitude codes."""
    gains, amplitudes, phases = gains.copy(), *(np.empty(sizes.shape, np.uint8) for _ in range(2))
    shape.close_leveled(gains, sizes, factors, np.zeros_like(sizes), amplitudes, phases)
    return gains, amplitudes


def test_leveling_keeps_gain_times_radius() -> None:
    gains = np.array([0, 1, 20, 40, 63, 30], np.uint8)
    sizes = np.float32([[3, 1], [3, 1], [0.2, 0.1], [200, 40], [200, 4], [0, 0]])
    for factors in ([1.0] * 6, [1.0, 2.0, 0.5, 3.0, 1.0, 7.0]):
        levels, amplitudes = leveled(PolarCodes(np.ones(2)), gains, sizes, factors)
        # Sizes at the old gain; a size is rounded by half a code at most.
        steps = 2 ** ((levels.astype(float) - gains)[:, np.newaxis] / 2 * 3 / 4)
        wanted = sizes * np.array(factors)[:, np.newaxis]
        assert (np.abs(amplitudes * steps - wanted) <= (0.5 + 1e-3) * steps).all()
        assert (levels[[0, 1, 4]] == (0, 1, 63)).all()
        assert (levels[2], levels[3]) < (20, 255)
        assert (amplitudes[[2, 3]].max(axis=1) > COMMON / 1.3 - 0.5).all()
        assert (amplitudes[[2, 3]].max(axis=1) <= COMMON).all()


def test_a_network_keeps_its_gain_and_cuts_off_what_is_too_large() -> None:
    gains, amplitudes = leveled(PolarCodes(np.ones(2), linear=False), np.array([9], np.uint8), np.float32([[200, 4]]), [2.0])
    assert (gains.tolist(), amplitudes.tolist()) == ([9], [[255, 8]])


def test_bytes_keep_their_gain() -> None:
    gains, amplitudes = leveled(ByteCodes(100), np.array([1, 1], np.uint8), np.float32([[8], [8]]), [1.0, 8.0])
    assert (gains.tolist(), amplitudes.tolist()) == ([1, 1], [[116], [255]])


def test_harmonics_that_stand_for_themselves() -> None:
    assert [base_harmonics(facts_of(tier)) for tier in (4, 64, 128, 256)] == [4, 64, 64, 64]
    assert base_harmonics(facts_of(256, "bytes")) == 256


def test_levels_put_all_harmonics_on_one_scale() -> None:
    shape = PolarCodes(np.array([1.0, 16.0]))
    sizes, _ = shape.opened(np.full((1, 2), 3, np.uint8), np.zeros((1, 2), np.uint8))
    radii = sizes[0] ** (4 / 3)
    assert np.isclose(radii[1] / radii[0], 16)
    _, amplitudes = leveled(shape, np.array([30], np.uint8), sizes, [5.0])
    assert COMMON / 1.3 - 0.5 < amplitudes.max() <= COMMON


@pytest.mark.parametrize("levels", [np.ones(63), np.zeros(64), np.full(64, np.nan), np.ones((1, 64))])
def test_levels_that_cannot_be(levels: np.ndarray) -> None:
    with pytest.raises(ValueError, match="expected 64 positive numbers"):
        code_shape(facts_of(64), levels)
