"""Codes to rows of shades."""

from __future__ import annotations

import numpy as np
import pytest

from holostream.codec.dna import Dna, silence
from holostream.ui.dna_shades import column, harmonic_energy, row_energy, shades
from holostream.ui.palette import SHADES


def one_frame(harmonics: int, at: int, amplitude: int = 8, gain: int = 42) -> Dna:
    amplitudes = np.zeros((1, 1, harmonics), np.uint8)
    amplitudes[0, 0, at] = amplitude
    return Dna(np.full((1, 1), gain, np.uint8), amplitudes, np.zeros_like(amplitudes))


def test_gain_codes_are_3_db_and_amplitude_codes_four_thirds_powers() -> None:
    base = harmonic_energy(one_frame(8, 2, amplitude=1, gain=48), 64)[2]
    assert base == pytest.approx(1.0)
    assert harmonic_energy(one_frame(8, 2, amplitude=1, gain=50), 64)[2] == pytest.approx(4.0)
    assert harmonic_energy(one_frame(8, 2, amplitude=8, gain=48), 64)[2] == pytest.approx(16.0**2)


@pytest.mark.parametrize("harmonics", [4, 8, 16, 32, 64, 128, 256])
@pytest.mark.parametrize("rows", [12, 60, 64, 130])
def test_every_tier_fills_the_rows_with_low_harmonics_first(harmonics: int, rows: int) -> None:
    lowest = column([one_frame(harmonics, 0)], rows, 64)
    assert lowest.shape == (rows,)
    assert lowest[0] > 0
    assert not lowest[rows // 2 :].any()
    highest = column([one_frame(harmonics, min(harmonics, 64) - 1)], rows, 64)
    assert highest[-1] > 0
    assert not highest[: rows // 2].any()


def test_residual_layers_have_no_rows_of_their_own() -> None:
    assert not column([one_frame(256, 200)], 64, 64).any()


@pytest.mark.parametrize(("harmonics", "telling"), [(8, 7), (64, 63), (128, 63)])
def test_a_pair_that_tells_of_noise_has_no_row(harmonics: int, telling: int) -> None:
    told, heard = one_frame(harmonics, telling), one_frame(harmonics, telling - 1)
    assert not column([told], 56, 64, noise_tiers=(harmonics,)).any()
    assert column([told], 56, 64, noise_tiers=(4,)).any()
    assert column([heard], 56, 64, noise_tiers=(harmonics,))[-1] > 0


def test_grouping_keeps_the_energy() -> None:
    energy = np.arange(64, dtype=float)
    assert row_energy(energy, 12).sum() == pytest.approx(energy.sum())


def test_silence_is_dark_and_the_loudest_is_the_brightest() -> None:
    assert not column([silence(2, 3, 16)], 20, 64).any()
    steps = shades(10.0 ** np.arange(-7, 3))
    assert steps[0] == 0
    assert steps[-1] == SHADES - 1
    assert (np.diff(steps.astype(int)) >= 0).all()


def test_codes_that_are_bytes_are_bright_away_from_their_middle() -> None:
    middle = np.full((1, 1, 16), 127, np.uint8)
    bright = middle.copy()
    bright[0, 0, 3] = 255
    dark, amplitude, phase = (
        Dna(np.ones((1, 1), np.uint8), *codes) for codes in ((middle, middle), (bright, middle), (middle, bright))
    )
    for dna in (amplitude, phase):
        energy = harmonic_energy(dna, 512, "bytes")
        assert energy[3] == pytest.approx(1.0, abs=1e-4)
        assert np.delete(energy, 3).max() < 1e-4
    assert not column([silence(1, 3, 16)], 20, 512, "bytes").any()
    assert 2 * column([dark], 20, 512, "bytes").max() < column([amplitude], 20, 512, "bytes").max()
