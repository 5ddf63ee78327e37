"""The rate that training pays: near what a coder would need, and blind to what changes no code."""

from __future__ import annotations

import numpy as np
import pytest
import torch

from holostream.codec.dna import Dna
from holostream.format.rate_estimate import bits_by_part
from holostream.network.quantizer import Quantizer
from holostream.training.rate_loss import CONTEXTS, code_bits, contexts, prices


def spectrum(frames: int, base: int, seed: int = 1) -> torch.Tensor:
    """(1, frames, base, 2) pairs that fall with frequency and swell with time."""
    generator = torch.Generator().manual_seed(seed)
    level = torch.exp(-torch.arange(base) / 5) * (1 + torch.sin(torch.arange(frames) / 40)[:, None])
    return torch.randn(1, frames, base, 2, generator=generator) * level.unsqueeze(-1)


@pytest.mark.parametrize(
    ("steps", "base", "split"), [((0.2,), 16, 1), ((0.05,), 16, 1), ((0.4, 0.08), 32, 5), ((0.3, 0.1, 0.033, 0.011), 16, 3)]
)
def test_it_is_near_what_the_coder_needs(steps, base, split):
    quantizer, pairs = Quantizer(steps, base, split=split), spectrum(3000, base)
    with torch.no_grad():
        ours = float(code_bits(pairs, quantizer))
        codes = [part.numpy().astype(np.uint8) for part in quantizer.quantize(pairs)]
    dna = Dna(np.full((1, 3000), 40, np.uint8), *codes)
    parts = bits_by_part(dna, len(steps), split=split)
    assert ours == pytest.approx((parts["amplitudes"] + parts["phases"]), rel=0.1)


def test_finer_steps_cost_more():
    pairs = spectrum(500, 16)
    costs = [code_bits(pairs, Quantizer((step,), 16)).item() for step in (1.0, 0.5, 0.25, 0.1)]
    assert costs == sorted(costs)


def test_its_slope_is_what_steps_save():
    quantizer, pairs = Quantizer((0.2,), 16), spectrum(4000, 16)
    code_bits(pairs, quantizer).backward()
    assert quantizer.log_steps.grad is not None
    slope = float(quantizer.log_steps.grad.sum())
    with torch.no_grad():
        ends = []
        for nudge in (-0.2, 0.4):
            quantizer.log_steps.add_(nudge)
            ends.append(float(code_bits(pairs, quantizer)))
    assert slope == pytest.approx((ends[1] - ends[0]) / 0.4, rel=0.15)


def test_what_is_coded_as_zero_pays_nothing_for_being_smaller():
    pairs = spectrum(200, 16).requires_grad_()
    code_bits(pairs, Quantizer((0.3,), 16)).backward()
    assert pairs.grad is not None
    radius = pairs.detach().norm(dim=-1) / 0.3
    assert not pairs.grad[radius < 0.15].any()
    assert pairs.grad[(radius > 0.4) & (radius < 0.55)].any()


def test_layers_reach_every_step_and_nothing_is_not_a_number():
    quantizer = Quantizer((0.4, 0.08), 8, split=5)
    pairs = torch.cat((spectrum(100, 8), torch.zeros(1, 50, 8, 2)), 1).requires_grad_()
    code_bits(pairs, quantizer).backward()
    assert quantizer.log_steps.grad is not None
    assert (quantizer.log_steps.grad[0] < 0).all()
    assert (quantizer.log_steps.grad[1] < 0).any()  # of pairs that the first layer said, none is left
    assert torch.isfinite(pairs.grad).all()
    assert torch.isfinite(quantizer.log_steps.grad).all()


def test_neighbors_are_those_that_are_known():
    codes = torch.zeros(1, 3, 4)
    codes[0, 1, 1] = 30
    classes = contexts(codes)
    top = len(CONTEXTS)
    expected = torch.zeros(1, 3, 4, dtype=torch.int64)
    expected[0, 1, 2] = expected[0, 2, 0] = top  # the next higher pair, and one below in the next frame
    expected[0, 2, 1] = top
    assert torch.equal(classes, expected)


def test_frequent_codes_are_cheap():
    codes = torch.tensor([[[0.0, 0.0, 0.0, 1.0]]]).repeat(1, 200, 1)
    price = prices(codes, contexts(codes))
    assert price[0, 0] < 0.1
    assert price[0, 1] > 5
