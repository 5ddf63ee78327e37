"""Gate, tilt and crush of sizes."""

from __future__ import annotations

import numpy as np
from hypothesis import given
from hypothesis import strategies as st
from hypothesis.extra.numpy import arrays

from holostream.codec.dna_moves.amplitude_moves import amplitude_crushed, gate_weights, tilt_gains, tilted

OCTAVE = np.log2(np.arange(8, dtype=np.float32) + 0.5) - 1
SIZES = arrays(np.float32, (2, 8), elements=st.integers(0, 255).map(float))


@given(sizes=SIZES, amount=st.floats(0.01, 1))
def test_a_gate_keeps_the_largest_of_each_lane(sizes: np.ndarray, amount: float) -> None:
    weights = gate_weights(sizes, amount)
    for lane in range(2):
        assert weights[lane, sizes[lane].argmax()] == 1
        assert (sizes[lane][weights[lane] == 0] <= amount * sizes[lane].max() * (1 + 1e-6)).all()
        assert (sizes[lane][weights[lane] == 1] >= amount * sizes[lane].max() * (1 - 1e-6)).all()


@given(sizes=SIZES, tilt=st.floats(-12, 12))
def test_a_tilt_keeps_the_energy_and_turns_by_db_per_octave(sizes: np.ndarray, tilt: float) -> None:
    turned, factors = tilted(sizes, tilt_gains(tilt, OCTAVE))
    assert turned.dtype == np.float32
    result = turned * np.array(factors, np.float32)[:, np.newaxis]
    assert ((result > 0) == (sizes > 0)).all()
    radii, tilted_radii = (each.astype(np.float64) ** (4 / 3) for each in (sizes, result))
    assert np.allclose((radii**2).sum(1), (tilted_radii**2).sum(1), rtol=1e-3)
    for lane in range(2):
        sounding = np.flatnonzero(sizes[lane])
        if len(sounding) >= 2:
            change = 20 * np.log10(tilted_radii[lane, sounding] / radii[lane, sounding])
            assert np.allclose(np.diff(change), tilt * np.diff(OCTAVE[sounding]), atol=1e-2)


@given(sizes=SIZES, amount=st.floats(0.01, 1))
def test_crushed_sizes_are_few_and_silence_stays(sizes: np.ndarray, amount: float) -> None:
    result = amplitude_crushed(sizes, amount)
    assert (result[sizes == 0] == 0).all()
    assert (result.max(1) <= sizes.max(1) * (1 + 1e-5)).all()
    finer = amplitude_crushed(sizes, amount / 4)
    for lane in range(2):
        # Steps counted up to the largest, where the highest may be cut off, and 0.
        mean = sizes[lane].sum() / max(np.count_nonzero(sizes[lane]), 1)
        assert len(np.unique(result[lane])) <= sizes[lane].max() / max(amount * mean, 1e-6) + 3
        assert result[lane].any() == finer[lane].any()


def test_at_1_a_harmonic_is_off_or_on_at_the_mean() -> None:
    sizes = np.float32([[0, 1, 1.9, 3.1, 10, 0], [0, 0, 0, 0, 0, 0]])
    assert amplitude_crushed(sizes, 1.0).tolist() == [[0, 0, 0, 4, 4, 0], [0] * 6]
