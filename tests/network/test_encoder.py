"""How loud a chunk counts: by all of its bands alike, or by the high ones more."""

from __future__ import annotations

import math
from dataclasses import replace

import numpy as np
import pytest
import torch

from holostream.network.encoder import Encoder
from holostream.network.quantizer import Quantizer
from holostream.network.shape import EMPHASIS, untrained_shape


def gain(hertz: float, emphasis: float, brighter: float = math.inf) -> float:
    """Mean gain code of a tone."""
    shape = replace(untrained_shape(64), emphasis=emphasis, brighter=brighter)
    encoder = Encoder(shape, Quantizer(shape.steps, shape.base, shape.tilt, shape.split))
    tone = torch.from_numpy(0.3 * np.sin(2 * np.pi * hertz / shape.rate * np.arange(shape.hop * 400 + 64))).float()
    chunks = tone[None].unfold(-1, shape.chunk, shape.hop)
    gains, _, _ = encoder.pairs(chunks, encoder.initial_state(1))
    return float(gains[0, 300:].float().mean())


@pytest.mark.parametrize("hertz", [180.0, 1000.0, 5000.0, 15000.0])
def test_without_emphasis_a_tone_counts_as_loud_as_it_is(hertz: float) -> None:
    assert gain(hertz, 0.0) == pytest.approx(48 + np.log2(0.3**2 / 2), abs=0.7)


def test_a_bass_counts_less_and_a_hiss_more() -> None:
    """In steps of 3 dB: a power of 1 is one an octave, seen from 1 kHz."""
    flat = gain(1000.0, 0.0)
    assert gain(1000.0, 1.0) == pytest.approx(flat, abs=0.7)
    assert gain(180.0, 1.0) == pytest.approx(flat + np.log2(1 / 3), abs=0.7)
    assert gain(5000.0, 1.0) == pytest.approx(flat + np.log2(14 / 3), abs=0.7)
    assert gain(12000.0, 1.0) == pytest.approx(gain(18000.0, 1.0), abs=0.7)
    assert gain(180.0, 0.5) == pytest.approx(flat + 0.5 * np.log2(1 / 3), abs=0.7)


def test_a_hiss_counts_more_up_to_a_limit() -> None:
    flat = gain(1000.0, 0.0)
    assert gain(12000.0, 3.0, 0.5) == pytest.approx(flat + 0.5, abs=0.7)
    assert gain(180.0, 3.0, 0.5) == pytest.approx(gain(180.0, 3.0), abs=1e-6)


def test_what_counts_how_is_part_of_the_shape() -> None:
    assert [untrained_shape(harmonics).emphasis for harmonics in (4, 16, 256)] == [0.0, EMPHASIS[16], EMPHASIS[256]]
