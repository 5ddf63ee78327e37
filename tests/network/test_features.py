"""Features looked up by code say what those of the decoded pairs say."""

from __future__ import annotations

import math

import pytest
import torch

from holostream.codec.polar_code import MAX_PHASES
from holostream.network.features import LEAST, LOG_SCALE, feature_table, pair_features, table_layer
from holostream.network.quantizer import Quantizer


def test_quiet_harmonics_count_too() -> None:
    features = pair_features(torch.tensor([[[0.0, 4.0], [3e-2, 4e-2], [0.0, 0.0]]]))[0]
    assert torch.allclose(features[:6], torch.tensor([0.0, 2.0, 0.6 * 0.05**0.5, 0.8 * 0.05**0.5, 0.0, 0.0]))
    logs = [2 * math.log(4), 2 * math.log(0.05), math.log(LEAST)]
    assert torch.allclose(features[6:], LOG_SCALE * torch.tensor(logs))


@pytest.mark.parametrize("silent", [0, 1])
def test_a_layer_of_looked_up_features_is_the_layer_of_the_pairs(silent: int) -> None:
    base, width = 12, 20
    generator = torch.Generator().manual_seed(silent)
    quantizer = Quantizer((0.3,), base, 0.05)
    sounding = torch.ones(base, 1)
    sounding[base - silent :] = 0
    amplitudes = torch.randint(0, 6, (2, 40, base), generator=generator)
    phases = torch.randint(0, MAX_PHASES, (2, 40, base), generator=generator)
    weight, bias = torch.randn(width, 3 * base, generator=generator), torch.randn(width, generator=generator)
    pairs = quantizer.dequantize(amplitudes, phases, sounding)
    expected = torch.nn.functional.linear(pair_features(pairs), weight, bias)
    matrix, constant = table_layer(weight, bias, quantizer.log_steps[0].exp(), sounding)
    looked_up = feature_table(quantizer.decoded)[quantizer.places(amplitudes, phases).long()].flatten(-2) @ matrix + constant
    assert (looked_up - expected).abs().max() < 1e-4
    assert expected.abs().max() > 1
