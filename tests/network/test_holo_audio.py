"""The networks have the layout, sizes and first weights that HOLO-Audio's tiers have."""

from __future__ import annotations

import math

import pytest
import torch

from holostream.network.holo_audio import HoloAudioNetwork, HoloAudioShape


@pytest.mark.parametrize("harmonics", [4, 64, 256])
def test_the_layout_is_the_published_one(harmonics: int) -> None:
    network = HoloAudioNetwork(HoloAudioShape(harmonics))
    encoder = {name: tuple(value.shape) for name, value in network.encoder.state_dict().items()}
    assert encoder == {"encoder.weight": (2 * harmonics, 1024), "encoder.bias": (2 * harmonics,)}
    vocoder = {name: tuple(value.shape) for name, value in network.vocoder.state_dict().items()}
    assert vocoder == {
        "net.0.weight": (256, 2 * harmonics), "net.0.bias": (256,), "net.2.weight": (256, 256), "net.2.bias": (256,),
        "net.4.weight": (256, 256), "net.4.bias": (256,), "net.6.weight": (1024, 256), "net.6.bias": (1024,),
    }  # fmt: skip


def test_vocoder_weights_start_uniform_within_their_bound() -> None:
    torch.manual_seed(0)
    for layer in HoloAudioNetwork(HoloAudioShape(64)).vocoder.layers():
        bound = math.sqrt(6 / layer.in_features)
        weights = layer.weight.detach()
        assert 0.98 * bound < float(weights.abs().max()) <= bound
        assert float(weights.std()) == pytest.approx(bound / math.sqrt(3), rel=0.02)


@torch.no_grad()
def test_it_computes_what_the_layout_says() -> None:
    network = HoloAudioNetwork(HoloAudioShape(4, chunk=64, hidden=8))
    chunks = torch.randn(3, 64)
    hidden = chunks @ network.encoder.encoder.weight.T + network.encoder.encoder.bias
    *sines, last = network.vocoder.layers()
    for layer in sines:
        hidden = torch.sin(hidden @ layer.weight.T + layer.bias)
    assert torch.allclose(network(chunks), hidden @ last.weight.T + last.bias, atol=1e-6)
