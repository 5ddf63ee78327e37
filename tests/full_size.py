"""Networks of the size that training will give, with random weights and a past made loud on purpose.

They show what networks without memory cannot: that state, context and preroll are right.
"""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path

import torch

from holostream.network.export import TierNetwork, export_tier
from holostream.network.shape import NetworkShape, full_size_shape

FULL_SIZE = full_size_shape(64)
RINGING = replace(full_size_shape(32), width=32, synthesis=448)


def full_size_network(shape: NetworkShape = FULL_SIZE) -> TierNetwork:
    """The same weights at every call; far frames of the past reach the output above rounding."""
    torch.set_num_threads(1)
    torch.manual_seed(shape.harmonics)
    network = TierNetwork(shape)
    with torch.no_grad():
        for stack in (network.encoder.stack, network.vocoder.stack):
            for block in stack.blocks:
                block.taps.normal_(std=0.7)
        network.encoder.leave.weight.normal_(std=0.05)
        network.vocoder.head.bias[: shape.synthesis // 2] = -4.0
    return network.eval()


def export_full_size(models: Path) -> None:
    """Tiers 64 (full size) and 32 (narrower, synthesis of three and a half hops)."""
    for shape in (FULL_SIZE, RINGING):
        export_tier(
            full_size_network(shape), models, {"trained": False, "recipe": "random weights, loud past"}
        )
