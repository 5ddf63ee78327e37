"""Coefficients to bytes and back, and the float side of an imported tier's graphs."""

from __future__ import annotations

import numpy as np
import pytest
import torch
from hypothesis import given
from hypothesis import strategies as st

from holostream.codec.holo_audio import bytes_of, code_step, coefficients_of, sound_of
from holostream.codec.tier_model import ModelError, TierModel
from tests.holo_audio_models import holo_audio_network

numbers = st.floats(-1e6, 1e6, width=32)


@given(numbers, numbers, st.lists(numbers, min_size=1, max_size=20))
def test_a_byte_is_the_nearest_step(one: float, other: float, values: list[float]) -> None:
    lowest, largest = sorted((one, other))
    inside = np.clip(np.array(values, np.float32), lowest, largest)
    codes = bytes_of(inside, lowest, largest)
    assert codes.dtype == np.uint8
    step = code_step(lowest, largest)
    assert (np.abs(codes * step + lowest - inside) <= 0.5 * step + 1e-6 * max(abs(lowest), abs(largest))).all()


def test_the_ends_are_0_and_255_and_beyond_is_clipped() -> None:
    assert bytes_of(np.array([-9.0, -1.0, 0.0, 3.0, 9.0]), -1.0, 3.0).tolist() == [0, 0, 64, 255, 255]


def test_equal_ends_divide_by_one() -> None:
    assert code_step(2.0, 2.0) == 0
    assert bytes_of(np.full((2, 8), 2.0, np.float32), 2.0, 2.0).tolist() == [[0] * 8] * 2


@torch.no_grad()
def test_graphs_say_what_torch_says(holo_audio_tiers: dict[int, TierModel]) -> None:
    network = holo_audio_network(16)
    chunks = np.random.default_rng(0).standard_normal((7, 1024)).astype(np.float32) * 0.1
    coefficients = coefficients_of(holo_audio_tiers[16], chunks)
    assert np.allclose(coefficients, network.encoder(torch.from_numpy(chunks)), atol=1e-5)
    lowest, largest = float(coefficients.min()), float(coefficients.max())
    codes = bytes_of(coefficients, lowest, largest)
    decoded = codes.astype(np.float32) * code_step(lowest, largest) + lowest
    expected = network.vocoder(torch.from_numpy(decoded.astype(np.float32))).numpy()
    sound = sound_of(holo_audio_tiers[16], codes, lowest, largest)
    assert sound.shape == (7, 1024)
    assert np.allclose(sound, expected, atol=1e-4)


def test_tiers_of_our_own_are_refused(tiers: dict[int, TierModel]) -> None:
    with pytest.raises(ModelError, match="import-holo-audio"):
        coefficients_of(tiers[16], np.zeros((1, 192), np.float32))
    with pytest.raises(ModelError, match="family 48k-hop128"):
        sound_of(tiers[16], np.zeros((1, 32), np.uint8), 0.0, 1.0)
