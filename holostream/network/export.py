"""Export a tier: two ONNX graphs and the facts beside them, checked against torch before they count.

`python -m holostream.network.export [--out untrained]` writes all seven tiers untrained, initialised to the atoms;
`--full-size` gives them the full network with random weights, to measure what the live path must have room for.
"""

from __future__ import annotations

import argparse
import contextlib
import json
import logging
import shutil
import sys
import tempfile
import warnings
from collections.abc import Sequence
from dataclasses import replace
from pathlib import Path
from typing import NamedTuple

import numpy as np
import onnx
import torch
from torch import Tensor, nn

from holostream import __version__
from holostream.codec.dna import Dna
from holostream.codec.tier import TIERS, TierFacts, facts_from_dict, facts_to_dict
from holostream.codec.tier_model import FORMER, ModelError, TierModel, graph_checksum, tier_folder, version_name
from holostream.format.new_file import new_file
from holostream.network.encoder import Encoder
from holostream.network.operators import compact, plain
from holostream.network.quantizer import Quantizer
from holostream.network.shape import NetworkShape, full_size_shape, untrained_shape
from holostream.network.vocoder import Vocoder

TIER_FILES = ("tier.json", "vocoder.onnx", "encoder.onnx")
PRIME_FRAMES, TIER_4_PRIME_FRAMES = 4, 12
"""At most. More make no switch cleaner, but in tier 4, whose network says most of what is heard; and priming a network is the
longest thing that a call of the engine does."""


class Parity(NamedTuple):
    """How far graphs may be from torch: the share of codes that differ, and the error of sound on the codes' own scale."""

    codes: float
    sound: float


EXACT, ROUNDED = Parity(1e-3, 1e-5), Parity(2e-2, 2e-2)
"""But for ties; with weights in eight bits."""


class TierNetwork(nn.Module):
    """A tier in torch: encoder and vocoder around one quantizer."""

    def __init__(self, shape: NetworkShape) -> None:
        super().__init__()
        self.shape = shape
        self.quantizer = Quantizer(shape.steps, shape.base, shape.tilt, shape.split)
        self.encoder = Encoder(shape, self.quantizer)
        self.vocoder = Vocoder(shape, self.quantizer, self.encoder.noise)


def _graph(module: nn.Module, inputs: dict[str, Tensor], outputs: list[str], framed: int) -> bytes:
    """The module as ONNX bytes; the first `framed` inputs have a time axis."""
    lanes, frames = torch.export.Dim("lanes", min=1, max=64), torch.export.Dim("frames", min=1, max=1 << 20)
    axes = [{0: lanes, 1: frames} if i < framed else {0: lanes} for i in range(len(inputs))]
    shapes = tuple({0: frames} if name == "hops" else dims for name, dims in zip(inputs, axes, strict=True))
    logging.getLogger("torch.onnx").setLevel(logging.ERROR)
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        program = torch.onnx.export(
            module,
            tuple(inputs.values()),
            input_names=list(inputs),
            output_names=outputs,
            dynamic_shapes=shapes,
            dynamo=True,
            opset_version=18,
            verbose=False,
        )
    assert program is not None
    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder) / "graph.onnx"
        program.save(path)
        return plain(onnx.load(path)).SerializeToString(deterministic=True)


def exact_tier(network: TierNetwork, card: dict) -> tuple[TierFacts, bytes, bytes]:
    """What `network` is in ONNX, nothing rounded: facts, encoder and vocoder."""
    shape = network.shape
    network = network.eval()
    lanes, frames = 2, 5
    with torch.no_grad():
        chunks = torch.randn(lanes, frames, shape.chunk) * 0.1
        encoder_state = network.encoder.initial_state(lanes)
        gains, amplitudes, phases, _ = network.encoder(chunks, encoder_state)
        encoder = _graph(
            network.encoder,
            {"chunks": chunks, "state": encoder_state},
            ["gains", "amplitudes", "phases", "next_state"],
            framed=1,
        )
        vocoder = _graph(
            network.vocoder,
            {
                "gains": gains,
                "amplitudes": amplitudes,
                "phases": phases,
                "state": network.vocoder.stack.initial_state(lanes),
                **({} if network.vocoder.noise is None else {"hops": torch.arange(frames, dtype=torch.int32)}),
            },
            ["sound", "next_state"],
            framed=3,
        )
    return _facts(network, card, encoder, vocoder), encoder, vocoder


def export_tier(network: TierNetwork, models: Path, card: dict) -> TierFacts:
    """Write `network` into its folder under `models`. `card` (recipe, data, figures) is stored beside the facts.

    Raises ModelError if the graphs do not say what torch says.
    """
    facts, encoder, vocoder = exact_tier(network, card)
    check_parity(network, TierModel(facts, encoder, vocoder))
    encoder, vocoder = compact(encoder), compact(vocoder)
    facts = replace(facts, checksum=graph_checksum(encoder, vocoder))
    check_parity(network, TierModel(facts, encoder, vocoder), ROUNDED)
    write_tier(models, facts, encoder, vocoder, {"parameters": parameter_count(network), **card})
    return facts


def _facts(network: TierNetwork, card: dict, encoder: bytes, vocoder: bytes) -> TierFacts:
    shape = network.shape
    return TierFacts(
        family=shape.family,
        harmonics=shape.harmonics,
        rate=shape.rate,
        hop=shape.hop,
        chunk=shape.chunk,
        synthesis=shape.synthesis,
        encoder_state=network.encoder.state_size,
        vocoder_state=network.vocoder.state_size,
        context_frames=shape.vocoder_context,
        prime_frames=min(shape.vocoder_context, TIER_4_PRIME_FRAMES if shape.harmonics == 4 else PRIME_FRAMES),
        trained=bool(card.get("trained", False)),
        checksum=graph_checksum(encoder, vocoder),
        levels_state=network.encoder.masking.state_size,
        noise_pair=network.encoder.noise is not None,
        split=shape.split,
    )


def write_tier(models: Path, facts: TierFacts, encoder: bytes, vocoder: bytes, card: dict) -> None:
    """The folder of a tier under `models`: its two graphs, and `card` beside the facts. What was there is replaced once all
    three files are written, and kept for the recordings that were made with it. Raises OSError."""
    folder = tier_folder(models, facts.harmonics)
    folder.mkdir(parents=True, exist_ok=True)
    _keep_former(folder, facts)
    document = {"facts": facts_to_dict(facts), "card": {"software": __version__, **card}}
    told = (json.dumps(document, indent=1) + "\n").encode()
    with contextlib.ExitStack() as files:
        for name, data in zip(TIER_FILES, (told, vocoder, encoder), strict=True):
            files.enter_context(new_file(folder / name)).write(data)


def _keep_former(folder: Path, facts: TierFacts) -> None:
    """What is no whole tier made no recording. Raises OSError."""
    try:
        there = facts_from_dict(json.loads((folder / TIER_FILES[0]).read_text(encoding="utf-8"))["facts"])
    except (OSError, ValueError, KeyError, TypeError):
        return
    former = folder / FORMER / version_name(there)
    if there.checksum == facts.checksum or former.is_dir() or not all((folder / name).is_file() for name in TIER_FILES):
        return
    former.parent.mkdir(exist_ok=True)
    part = former.with_name(f".{former.name}")
    shutil.rmtree(part, ignore_errors=True)  # of a copy that was interrupted
    part.mkdir()
    for name in TIER_FILES:
        shutil.copy(folder / name, part)
    part.rename(former)


def parameter_count(network: nn.Module) -> int:
    """Learned numbers."""
    return sum(parameter.numel() for parameter in network.parameters())


def check_parity(network: TierNetwork, model: TierModel, bounds: Parity = EXACT) -> None:
    """Raise ModelError unless torch and the graphs agree within `bounds`."""
    lanes, frames = 1, 200
    generator = torch.Generator().manual_seed(7)
    level = torch.logspace(-4, 0, frames).reshape(1, frames, 1)
    chunks = torch.randn(lanes, frames, network.shape.chunk, generator=generator) * level * 0.3
    with torch.no_grad():
        expected = network.encoder(chunks, network.encoder.initial_state(lanes))
        dna, _ = model.encode(chunks.numpy(), model.initial_encoder_state(lanes))
        for name, codes in zip(("gains", "amplitudes", "phases"), expected, strict=False):
            differing = float(np.mean(codes.numpy() != getattr(dna, name)))
            if differing > bounds.codes:
                raise ModelError(
                    f"tier {network.shape.harmonics}: {differing:.2%} of the exported {name} differ from torch's"
                )
        codes = Dna(*(code.numpy() for code in expected[:3]))
        sound, _ = model.vocode(codes, model.initial_vocoder_state(lanes), 7)
        hops = torch.arange(7, 7 + frames, dtype=torch.int32)
        reference, _ = network.vocoder(*expected[:3], network.vocoder.stack.initial_state(lanes), hops)
    error = float(np.abs(sound - reference.numpy()).max() / max(1.0, float(reference.abs().max())))
    if error > bounds.sound:
        raise ModelError(f"tier {network.shape.harmonics}: exported sound differs from torch's by {error:.1e}")


def export_all(
    models: Path, full_size: bool = False, seed: int = 0, tiers: Sequence[int] = TIERS
) -> None:
    """All seven tiers, or some, untrained."""
    for harmonics in tiers:
        torch.manual_seed(seed + harmonics)
        network = TierNetwork(full_size_shape(harmonics) if full_size else untrained_shape(harmonics))
        recipe = "full size, random weights (for measuring speed)" if full_size else "untrained: atoms and quantizer"
        facts = export_tier(network, models, {"trained": False, "recipe": recipe, "licence": "MIT"})
        print(f"tier {harmonics:3d}: {parameter_count(network)} parameters, checksum {facts.checksum[:12]}")


if __name__ == "__main__":
    parser = argparse.ArgumentParser(description=__doc__.split("\n")[0])
    parser.add_argument("--out", type=Path, default=Path("untrained"))
    parser.add_argument("--full-size", action="store_true")
    parser.add_argument("--tiers", type=int, nargs="+", choices=TIERS, default=TIERS)
    arguments = parser.parse_args()
    torch.set_num_threads(1)
    try:
        export_all(arguments.out, arguments.full_size, tiers=arguments.tiers)
    except (OSError, ModelError) as error:
        sys.exit(f"{error}; choose another folder with --out")
