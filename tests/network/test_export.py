"""Exported graphs say what torch says, for any number of frames and lanes, with the facts beside them."""

from __future__ import annotations

import json
import resource
import shutil
from dataclasses import replace
from pathlib import Path

import numpy as np
import onnx
import pytest
import soundfile
import torch

from holostream.codec.tier import TIERS
from holostream.codec.tier_model import FORMER, ModelError, TierModel, graph_checksum, load_tier, tier_folder
from holostream.format.transcode import decode_file, encode_file
from holostream.network.export import (
    EXACT,
    PRIME_FRAMES,
    ROUNDED,
    TIER_4_PRIME_FRAMES,
    Parity,
    TierNetwork,
    check_parity,
    exact_tier,
    export_tier,
    parameter_count,
    write_tier,
)
from holostream.network.shape import NetworkShape, untrained_shape
from tests.full_size import FULL_SIZE, RINGING, full_size_network
from tests.speech import speech

SHAPES = {shape.harmonics: shape for shape in (FULL_SIZE, RINGING)}


def test_a_tier_is_replaced_whole_or_not_at_all(tiers: dict[int, TierModel], tmp_path: Path) -> None:
    facts, folder = tiers[64].facts, tier_folder(tmp_path, 64)
    write_tier(tmp_path, facts, b"encoder", b"vocoder", {"recipe": "first"})
    before = {path.name: path.read_bytes() for path in folder.iterdir()}
    assert sorted(before) == ["encoder.onnx", "tier.json", "vocoder.onnx"]
    limits = resource.getrlimit(resource.RLIMIT_FSIZE)
    resource.setrlimit(resource.RLIMIT_FSIZE, (5000, limits[1]))
    try:
        with pytest.raises(OSError, match="too large"):
            write_tier(tmp_path, facts, bytes(9000), b"other", {"recipe": "second"})
    finally:
        resource.setrlimit(resource.RLIMIT_FSIZE, limits)
    assert {path.name: path.read_bytes() for path in folder.iterdir()} == before


def test_what_is_no_whole_tier_is_replaced(tiers: dict[int, TierModel], tmp_path: Path) -> None:
    facts, folder = tiers[64].facts, tier_folder(tmp_path, 64)
    write_tier(tmp_path, facts, b"encoder", b"vocoder", {})
    (folder / "vocoder.onnx").unlink()
    write_tier(tmp_path, replace(facts, checksum="other"), b"encoder", b"later", {})
    assert (folder / "vocoder.onnx").read_bytes() == b"later"
    assert not (folder / FORMER).exists()


@pytest.mark.parametrize("shape", SHAPES.values(), ids=lambda shape: f"tier {shape.harmonics}")
def test_facts_are_the_networks(
    full_size_models: Path, full_size_tiers: dict[int, TierModel], shape: NetworkShape
) -> None:
    facts, network = full_size_tiers[shape.harmonics].facts, full_size_network(shape)
    assert (facts.family, facts.harmonics, facts.rate) == (shape.family, shape.harmonics, shape.rate)
    assert (facts.hop, facts.chunk, facts.synthesis) == (shape.hop, shape.chunk, shape.synthesis)
    assert (facts.encoder_state, facts.vocoder_state) == (
        network.encoder.state_size,
        network.vocoder.state_size,
    )
    primed = TIER_4_PRIME_FRAMES if shape.harmonics == 4 else PRIME_FRAMES
    assert (facts.context_frames, facts.prime_frames) == (shape.vocoder_context, primed)
    folder = tier_folder(full_size_models, shape.harmonics)
    assert facts.checksum == graph_checksum(
        (folder / "encoder.onnx").read_bytes(), (folder / "vocoder.onnx").read_bytes()
    )
    card = json.loads((folder / "tier.json").read_text())["card"]
    assert card["parameters"] == parameter_count(network)
    assert card["trained"] is facts.trained is False


@pytest.mark.parametrize("harmonics", [64, 32])
@pytest.mark.parametrize(("lanes", "frames"), [(1, 1), (2, 3), (3, 37)])
@torch.no_grad()
def test_any_number_of_lanes_and_frames(
    full_size_tiers: dict[int, TierModel], harmonics: int, lanes: int, frames: int
) -> None:
    model, network = full_size_tiers[harmonics], full_size_network(SHAPES[harmonics])
    random = np.random.default_rng(0)
    chunks = random.standard_normal((lanes, frames, 192)).astype(np.float32) * 0.1
    dna, state = model.encode(chunks, model.initial_encoder_state(lanes))
    assert (dna.lanes, dna.frames, dna.harmonics) == (lanes, frames, harmonics)
    sound, vocoder_state = model.vocode(dna, model.initial_vocoder_state(lanes), 0)
    assert state.shape == (lanes, model.facts.encoder_state)
    assert vocoder_state.shape == (lanes, model.facts.vocoder_state)
    codes = (torch.tensor(array) for array in (dna.gains, dna.amplitudes, dna.phases))
    expected, _ = network.vocoder(*codes, network.vocoder.stack.initial_state(lanes))
    assert sound.shape == tuple(expected.shape)
    assert np.abs(sound - expected.numpy()).max() < 1e-3 * max(1, np.abs(sound).max())


@pytest.mark.parametrize("harmonics", TIERS)
@pytest.mark.parametrize("part", ["encoder", "vocoder"])
def test_graphs_hold_nothing_unused_and_few_find_out_shapes(models: Path, harmonics: int, part: str) -> None:
    graph = onnx.load(tier_folder(models, harmonics) / f"{part}.onnx").graph
    used = {name for node in graph.node for name in node.input} | {value.name for value in graph.output}
    assert all(used.intersection(node.output) for node in graph.node)
    assert all(tensor.name in used for tensor in graph.initializer)
    if harmonics <= 64:
        assert "Shape" not in {node.op_type for node in graph.node}


@pytest.fixture(scope="module")
def exact() -> TierModel:
    return TierModel(*exact_tier(full_size_network(), {}))


def test_parity_holds_for_the_network_itself(exact: TierModel, full_size_tiers: dict[int, TierModel]) -> None:
    network = full_size_network()
    check_parity(network, exact)
    check_parity(network, full_size_tiers[64], ROUNDED)
    with pytest.raises(ModelError, match=r"tier 64: .*differ"):
        check_parity(network, full_size_tiers[64])


@pytest.mark.parametrize("part", ["analysis", "enter", "leave"])
def test_parity_fails_for_another_encoder(exact: TierModel, part: str) -> None:
    network = full_size_network()
    with torch.no_grad():
        getattr(network.encoder, part).weight.mul_(1.2)
    with pytest.raises(ModelError, match=r"tier 64: .* of the exported (gains|amplitudes|phases) differ"):
        check_parity(network, exact)


@pytest.mark.parametrize("part", ["synthesis", "enter", "head"])
def test_parity_fails_for_another_vocoder(exact: TierModel, part: str) -> None:
    network = full_size_network()
    with torch.no_grad():
        getattr(network.vocoder, part).weight.mul_(1.01)
    with pytest.raises(ModelError, match="tier 64: exported sound differs"):
        check_parity(network, exact)


@pytest.mark.parametrize("bounds", [EXACT, ROUNDED])
def test_parity_fails_for_another_quantizer(exact: TierModel, bounds: Parity) -> None:
    network = full_size_network()
    with torch.no_grad():
        network.quantizer.log_steps.add_(0.1)
    with pytest.raises(ModelError, match="differ"):
        check_parity(network, exact, bounds)


def test_a_graph_that_differs_from_torch_is_not_written(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    def fails(network: TierNetwork, model: TierModel) -> None:
        raise ModelError("differs")

    monkeypatch.setattr("holostream.network.export._graph", lambda *anything, **more: b"")
    monkeypatch.setattr("holostream.network.export.TierModel", lambda *anything: None)
    monkeypatch.setattr("holostream.network.export.check_parity", fails)
    with pytest.raises(ModelError, match="differs"):
        export_tier(TierNetwork(untrained_shape(4)), tmp_path, {})
    assert not list(tmp_path.iterdir())


def test_graphs_name_no_folder_of_the_machine_they_were_exported_on(models):
    from pathlib import Path

    here = str(Path(__file__).resolve().parents[2]).encode()
    for graph in models.glob("tier_*/*.onnx"):
        content = graph.read_bytes()
        assert here not in content
        assert b"site-packages" not in content
        assert b".py" not in content, graph


def test_what_was_recorded_with_a_tier_is_decoded_after_it_was_replaced(
    tiers: dict[int, TierModel], models: Path, tmp_path: Path
) -> None:
    own, folder = tmp_path / "models", tier_folder(tmp_path / "models", 4)
    shutil.copytree(tier_folder(models, 4), folder)
    soundfile.write(tmp_path / "in.wav", speech(0.5, 48000, 1), 48000)
    encode_file(tmp_path / "in.wav", tmp_path / "a.holo", load_tier(own, 4))
    decode_file(tmp_path / "a.holo", tmp_path / "before.wav", own)
    for turn in range(2):
        later = onnx.load(folder / "vocoder.onnx")
        later.doc_string = f"trained on, {turn}"
        encoder, vocoder = (folder / "encoder.onnx").read_bytes(), later.SerializeToString()
        write_tier(own, replace(tiers[4].facts, checksum=graph_checksum(encoder, vocoder)), encoder, vocoder, {})
    assert len(list((folder / FORMER).iterdir())) == 2
    assert decode_file(tmp_path / "a.holo", tmp_path / "after.wav", own) == []
    # Their bytes hold the second in which they were written.
    after, before = (soundfile.read(tmp_path / f"{name}.wav", dtype="float32")[0] for name in ("after", "before"))
    assert np.array_equal(after, before)
    shutil.rmtree(folder / FORMER)
    with pytest.raises(ModelError, match=r"the recording needs tier 4 .* point --models at the folder it was made with"):
        decode_file(tmp_path / "a.holo", tmp_path / "after.wav", own)
