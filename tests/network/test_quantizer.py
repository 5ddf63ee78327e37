"""The polar quantizer: small cells, exact codes, level-free."""

from __future__ import annotations

import itertools
import math

import numpy as np
import pytest
import torch
from hypothesis import given
from hypothesis import strategies as st

from holostream.codec.polar_code import MAX_AMPLITUDE, MAX_GAIN, MAX_PHASES, UNIT_GAIN
from holostream.network.quantizer import FIRST, ROUNDING, Quantizer, phase_count

SPLIT = 5
LAYERS = tuple(tuple(0.5 / SPLIT**layer for layer in range(layers)) for layers in (1, 2, 4))
quantizers = pytest.mark.parametrize("steps", LAYERS, ids=lambda steps: f"{len(steps)} layers")
nested = pytest.mark.parametrize(("layers", "split"), [(2, 3), (2, 5), (4, 3), (3, 9)])


def frozen(steps: tuple[float, ...], split: int = SPLIT) -> Quantizer:
    """As a finished model has it: nothing learns."""
    return Quantizer(steps, split=split).requires_grad_(False)


def layered(layers: int, split: int, base: int = 1) -> Quantizer:
    return Quantizer(tuple(0.5 / split**layer for layer in range(layers)), base, split=split).requires_grad_(False)


def random_pairs(count: int = 4000, scale: float = 4.0) -> torch.Tensor:
    """Radii from far below a step to far above it."""
    generator = torch.Generator().manual_seed(3)
    radius = scale * 10 ** (-4 * torch.rand(count, generator=generator))
    angle = 2 * math.pi * torch.rand(count, generator=generator)
    return torch.stack((radius * angle.cos(), radius * angle.sin()), -1)


def cell_radius(amplitude: np.ndarray) -> np.ndarray:
    """Largest distance, in steps, from the decoded point to a corner of its cell."""
    n = amplitude.astype(np.float64)
    low, high = np.maximum(n - ROUNDING, 0) ** (4 / 3), (n + 1 - ROUNDING) ** (4 / 3)
    half = np.pi / np.clip(np.round(n * 4.71), 1, MAX_PHASES)
    centre = n ** (4 / 3)
    corners = [np.abs(edge * np.exp(1j * half) - centre) for edge in (low, high)]
    return np.where(n == 0, high, np.maximum(*corners))


def test_phase_counts() -> None:
    counts = phase_count(torch.arange(256.0)).tolist()
    assert counts[:5] == [1, 5, 9, 14, 19]
    assert max(counts) == counts[-1] == MAX_PHASES
    assert all(a <= b for a, b in itertools.pairwise(counts))


@quantizers
def test_codes_are_whole_and_within_their_ranges(steps: tuple[float, ...]) -> None:
    amplitudes, phases = frozen(steps).quantize(random_pairs()[:, None])
    assert amplitudes.shape == phases.shape == (4000, len(steps))
    assert torch.equal(amplitudes, amplitudes.round())
    assert torch.equal(phases, phases.round())
    assert amplitudes.min() >= 0
    assert amplitudes.max() <= MAX_AMPLITUDE
    assert phases.min() >= 0
    digits = torch.zeros(4000, dtype=torch.bool)
    for amplitude, phase in zip(amplitudes.T, phases.T, strict=True):
        assert (phase < torch.where(digits, float(SPLIT), phase_count(amplitude))).all()
        assert (amplitude[digits] < SPLIT).all()
        digits |= amplitude > 0
    assert len(amplitudes[:, 0].unique()) > 4


def test_one_layer_errs_by_no_more_than_its_cell() -> None:
    quantizer = frozen((0.4,))
    pairs = random_pairs()[:, None]
    amplitudes, phases = quantizer.quantize(pairs)
    errors = (quantizer.dequantize(amplitudes, phases) - pairs).norm(dim=-1) / 0.4
    assert (errors.numpy() <= cell_radius(amplitudes.numpy()) + 1e-4).all()


@quantizers
def test_every_layer_makes_the_error_smaller(steps: tuple[float, ...]) -> None:
    pairs = random_pairs()[:, None]
    errors = []
    for layers in range(1, len(steps) + 1):
        quantizer = frozen(steps[:layers])
        errors.append(float((quantizer(pairs) - pairs).square().mean()))
    assert all(after < before / 4 for before, after in itertools.pairwise(errors))


def test_cells_are_about_square() -> None:
    n = np.arange(1, 13)
    width = (n + 0.5) ** (4 / 3) - (n - 0.5) ** (4 / 3)
    arc = 2 * np.pi * n ** (4 / 3) / phase_count(torch.tensor(n, dtype=torch.float32)).numpy()
    assert (np.abs(np.log2(arc / width)) < 0.35).all()


def test_a_decoded_value_gives_the_same_codes() -> None:
    """Every code pair of one layer, so that a second generation loses nothing."""
    quantizer = frozen((0.4,))
    n = torch.arange(MAX_AMPLITUDE + 1.0)
    amplitudes = n.repeat_interleave(phase_count(n).long())[:, None]
    phases = torch.cat([torch.arange(count) for count in phase_count(n)])[:, None].float()
    decoded = quantizer.dequantize(amplitudes, phases)
    again = quantizer.quantize(decoded)
    assert torch.equal(again[0], amplitudes)
    assert torch.equal(again[1], phases)


@pytest.mark.parametrize(
    ("x", "y"), [(-1.0, 0.0), (-1.0, -0.0), (1.0, 0.0), (0.0, 1.0), (0.0, -1.0), (-3.0, 1e-30)]
)
def test_angles_on_the_axes(x: float, y: float) -> None:
    quantizer = frozen((0.05,))
    pair = torch.tensor([[[x, y]]])
    decoded = quantizer(pair)[0, 0]
    assert torch.dist(decoded, pair[0, 0]) < 0.2 * math.hypot(x, y)


@given(x=st.floats(-50, 50, width=32), y=st.floats(-50, 50, width=32))
def test_any_pair(x: float, y: float) -> None:
    quantizer = frozen((0.4,))
    pair = torch.tensor([[[x, y]]])
    amplitude, phase = quantizer.quantize(pair)
    assert 0 <= phase < phase_count(amplitude)
    error = torch.dist(quantizer.dequantize(amplitude, phase), pair) / 0.4
    assert error <= cell_radius(amplitude.numpy()).item() + 1e-3


def test_any_bytes_decode_to_finite_pairs() -> None:
    amplitudes, phases = torch.meshgrid(torch.arange(256.0), torch.arange(256.0), indexing="ij")
    quantizer = frozen((0.4,))
    assert torch.isfinite(quantizer.dequantize(amplitudes.reshape(-1, 1), phases.reshape(-1, 1))).all()
    factors = quantizer.gains(torch.arange(256))
    assert factors[MAX_GAIN:].eq(factors[MAX_GAIN]).all()


@nested
def test_any_bytes_in_layers_decode_to_finite_pairs(layers: int, split: int) -> None:
    generator = torch.Generator().manual_seed(5)
    codes = torch.randint(0, 256, (2, 3000, 8 * layers), generator=generator)
    codes *= torch.randint(0, 2, (2, 3000, 1), generator=generator)
    pairs = layered(layers, split, 8).dequantize(*codes.to(torch.uint8))
    assert pairs.shape == (3000, 8, 2)
    assert torch.isfinite(pairs).all()


def test_gain_codes_rise_with_the_level_in_steps_of_three_decibels() -> None:
    quantizer = frozen((0.4,))
    levels_db = torch.arange(-160.0, 40.0, 0.1)
    mean_square = 10 ** (levels_db / 10)
    codes = quantizer.gain_codes(torch.log2(mean_square), mean_square)
    assert (codes.diff() >= 0).all()
    assert set(codes[levels_db > -109].diff().tolist()) == {0, 1}
    clear = (levels_db + 110).abs() > 0.05
    assert (codes == 0)[clear].equal((levels_db < -110)[clear])
    assert codes.max() <= MAX_GAIN
    inside = (codes > 0) & (codes < MAX_GAIN)
    off = 20 * torch.log10(quantizer.gains(codes)[:, 0]) - levels_db
    assert off[inside].abs().max() < 1.52
    assert quantizer.gain_codes(torch.tensor(0.0), torch.tensor(1.0)) == UNIT_GAIN


def test_gain_times_its_inverse_is_one_but_for_silence() -> None:
    quantizer = frozen((0.4,))
    product = (
        quantizer.gains(torch.arange(MAX_GAIN + 1)) * quantizer.inverse_gains(torch.arange(MAX_GAIN + 1))
    )[:, 0]
    assert product[0] == 0
    assert (product[1:] - 1).abs().max() < 1e-6


@quantizers
def test_silence(steps: tuple[float, ...]) -> None:
    quantizer = frozen(steps)
    amplitudes, phases = quantizer.quantize(torch.zeros(3, 1, 2))
    assert not amplitudes.any()
    assert not phases.any()
    assert not quantizer.dequantize(amplitudes, phases).any()
    assert quantizer.gain_codes(torch.zeros(1), torch.zeros(1)) == 0
    assert quantizer.gains(torch.zeros(1).long()) == 0


@quantizers
def test_the_gradient_goes_straight_through(steps: tuple[float, ...]) -> None:
    pairs = torch.cat((random_pairs(50), torch.zeros(1, 2)))[:, None].requires_grad_()
    weights = torch.randn(pairs.shape, generator=torch.Generator().manual_seed(0))
    quantizer = Quantizer(steps, split=SPLIT)
    (quantizer(pairs) * weights).sum().backward()
    assert torch.allclose(pairs.grad, weights, rtol=1e-5)
    assert quantizer.log_steps.grad[-1].abs() > 0


@quantizers
def test_training_hears_what_a_decoder_hears(steps: tuple[float, ...]) -> None:
    quantizer = frozen(steps)
    pairs = random_pairs()[:, None]
    assert torch.allclose(quantizer(pairs), quantizer.dequantize(*quantizer.quantize(pairs)), atol=1e-6)


@nested
def test_a_layer_says_what_the_ones_before_did_not(layers: int, split: int) -> None:
    """Small pairs begin further down, at codes that are as small there; what none says is below the finest."""
    quantizer, pairs = layered(layers, split), random_pairs()[:, None]
    amplitudes, _ = quantizer.quantize(pairs)
    radius, first = pairs.norm(dim=-1)[:, 0], (amplitudes > 0).float().argmax(-1)
    silent = ~(amplitudes > 0).any(-1)
    edges = [FIRST ** (4 / 3) * 0.5 / split**layer for layer in range(layers)]
    edges[-1] = (1 - ROUNDING) ** (4 / 3) * 0.5 / split ** (layers - 1)
    for layer, edge in enumerate(edges):
        clear = (radius / edge - 1).abs() > 1e-3
        assert torch.equal((silent | (first > layer))[clear], (radius < edge)[clear])


@nested
def test_without_further_digits_a_pair_is_in_the_middle_of_its_cell(layers: int, split: int) -> None:
    amplitudes, phases = layered(layers, split).quantize(random_pairs()[:, None])
    loud = amplitudes[:, 0] > 0
    amplitudes[:, 1:], phases[:, 1:] = 0, 0
    whole = layered(layers, split).dequantize(amplitudes[loud], phases[loud])
    first = frozen((0.5,)).dequantize(amplitudes[loud, :1], phases[loud, :1])
    assert torch.allclose(whole, first, rtol=1e-5, atol=1e-5)


@nested
def test_cells_lie_within_cells(layers: int, split: int) -> None:
    """Every digit makes both numbers of a pair as many times more exact as it divides them."""
    quantizer, pairs = layered(layers, split), random_pairs()[:, None]
    amplitudes, phases = quantizer.quantize(pairs)
    loud = amplitudes[:, 0] > 0
    size = (pairs[loud].norm(dim=-1) / 0.5) ** 0.75
    turn = torch.atan2(pairs[loud][..., 1], pairs[loud][..., 0]) / (2 * math.pi) * phase_count(amplitudes[loud, :1])
    for told in range(1, layers + 1):
        known = [codes[loud].clone() for codes in (amplitudes, phases)]
        for codes in known:
            codes[:, told:] = 0
        decoded = quantizer.dequantize(*known)
        found = (decoded.norm(dim=-1) / 0.5) ** 0.75
        angle = torch.atan2(decoded[..., 1], decoded[..., 0]) / (2 * math.pi) * phase_count(amplitudes[loud, :1])
        off = (angle - turn).abs()
        off = torch.minimum(off, phase_count(amplitudes[loud, :1]) - off)
        half = 0.5 / split ** (told - 1)
        assert (found - size).abs().max() < half + 2e-3
        assert off.max() < half + 2e-3
        assert (found - size).abs().max() > 0.8 * half


def test_steps_of_every_layer_learn() -> None:
    quantizer = Quantizer((0.5, 0.1), split=5)
    quantizer(random_pairs()[:, None]).square().sum().backward()
    assert quantizer.log_steps.grad is not None
    assert (quantizer.log_steps.grad != 0).all()


@pytest.mark.parametrize("split", [0, 1, 2, 4])
def test_layers_divide_into_an_odd_number_of_parts(split: int) -> None:
    with pytest.raises(ValueError, match=f"2 layers divide into {split} parts"):
        Quantizer((0.5, 0.1), split=split)
