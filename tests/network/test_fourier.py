"""Two small steps are the one large matrix of the inverse Fourier transform."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import pytest
import torch

from holostream.network.fourier import HarmonicSum, rise_and_fall, rows_of
from holostream.network.shape import NetworkShape, untrained_shape


def shape_of(synthesis: int) -> NetworkShape:
    return replace(untrained_shape(32), synthesis=synthesis)


@pytest.mark.parametrize("synthesis", [192, 256, 320, 384, 512, 130])
def test_it_is_the_sum_of_all_harmonics(synthesis: int) -> None:
    shape, random = shape_of(synthesis), np.random.default_rng(synthesis)
    log_amplitude, phase = random.uniform(-3, 2, (2, 3, synthesis // 2)), random.uniform(-9, 9, (2, 3, synthesis // 2))
    spectrum = np.exp(log_amplitude + 1j * phase)
    harmonic = np.arange(1, synthesis // 2 + 1)[:, np.newaxis]
    turned = np.exp(2j * np.pi * harmonic * np.arange(synthesis) / synthesis)
    expected = (spectrum @ turned).real / np.sqrt(synthesis) * rise_and_fall(shape)
    harmonic_sum = HarmonicSum(shape)
    head = torch.tensor(np.concatenate((log_amplitude, phase), -1), dtype=torch.float32)[..., harmonic_sum.twice]
    head = head + harmonic_sum.turn
    assert np.abs(harmonic_sum(head).numpy() - expected).max() < 1e-5 * np.abs(expected).max()


def test_its_constants_are_small() -> None:
    harmonic_sum = HarmonicSum(shape_of(384))
    assert sum(table.numel() for table in (harmonic_sum.first, harmonic_sum.second)) < 384 * 384 / 7
    assert sorted(harmonic_sum.twice.tolist()) == sorted([*range(384), *range(384)])


def test_log_amplitudes_are_kept_in_bounds() -> None:
    harmonic_sum = HarmonicSum(shape_of(384))
    loud, louder = (torch.cat((torch.full((1, 1, 384), level), torch.ones(1, 1, 384)), -1) for level in (4.0, 40.0))
    assert torch.equal(harmonic_sum(loud), harmonic_sum(louder))


def test_the_window_rises_as_the_encoders_and_falls_until_the_end() -> None:
    window = rise_and_fall(shape_of(384))
    rise = np.sin(np.pi / 2 * (np.arange(64) + 0.5) / 64)
    assert np.allclose(window[:64], rise)
    assert np.allclose(window[64:128], 1)
    assert (np.diff(window[128:]) < 0).all()
    assert window[-1] < 0.01


@pytest.mark.parametrize(("size", "rows"), [(384, 16), (256, 16), (192, 12), (130, 5), (2, 1)])
def test_rows_leave_an_even_number_of_columns(size: int, rows: int) -> None:
    assert rows_of(size) == rows
