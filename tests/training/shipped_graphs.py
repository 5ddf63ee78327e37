"""Graphs of shipped tiers in place of a training's own.

To export takes longer than all else that a short training does. Where it is the export that counts it is done:
`test_train_tier`, `test_verb`, the README's commands.
"""

from __future__ import annotations

from pathlib import Path

from holostream.codec.tier import TierFacts
from holostream.codec.tier_model import default_models_folder, load_tier, tier_folder
from holostream.network.export import TierNetwork, write_tier


def write_shipped_graphs(network: TierNetwork, models: Path, card: dict) -> TierFacts:
    """As `export_tier` would write the network, but with the shipped graphs of its tier."""
    shipped, harmonics = default_models_folder(), network.shape.harmonics
    facts = load_tier(shipped, harmonics).facts
    encoder, vocoder = ((tier_folder(shipped, harmonics) / f"{name}.onnx").read_bytes() for name in ("encoder", "vocoder"))
    write_tier(models, facts, encoder, vocoder, card)
    return facts
