"""Graphs with fewer operators and weights in eight bits say the same, and nothing but the layers of a network is rounded."""

from __future__ import annotations

from collections import Counter

import numpy as np
import onnx
import pytest
import torch
from hypothesis import given
from hypothesis import strategies as st
from hypothesis.extra.numpy import arrays
from onnx import TensorProto, helper, numpy_helper

from holostream.codec.inference import ort
from holostream.codec.tier_model import TierModel
from holostream.network.export import TierNetwork, exact_tier
from holostream.network.operators import BLOCK, compact, eight_bits
from holostream.network.shape import untrained_shape
from tests.full_size import full_size_network
from tests.speech import speech


def chunks_of(samples: np.ndarray) -> np.ndarray:
    """(n,) -> (1, frames, 192)."""
    return np.lib.stride_tricks.sliding_window_view(samples.astype(np.float32), 192)[np.newaxis, ::128].copy()


def operators(graph: bytes) -> Counter[str]:
    return Counter(node.op_type for node in onnx.load_from_string(graph).graph.node)


@pytest.fixture(scope="module")
def full() -> tuple[bytes, bytes, TierModel, TierModel]:
    """A full-size tier's exact graphs, and the models of these and of the compact ones."""
    facts, encoder, vocoder = exact_tier(full_size_network(), {})
    return encoder, vocoder, TierModel(facts, encoder, vocoder), TierModel(facts, compact(encoder), compact(vocoder))


def test_a_full_network_says_about_the_same(full: tuple[bytes, bytes, TierModel, TierModel]) -> None:
    _, _, exact, small = full
    chunks = chunks_of(speech(2.0, 48000, 1))
    dna, _ = exact.encode(chunks, exact.initial_encoder_state(1))
    told, _ = small.encode(chunks, small.initial_encoder_state(1))
    assert np.array_equal(dna.gains, told.gains)
    assert np.mean(dna.amplitudes != told.amplitudes) < 0.01
    sound, _ = exact.vocode(dna, exact.initial_vocoder_state(1), 0)
    heard, _ = small.vocode(dna, small.initial_vocoder_state(1), 0)
    assert 0 < np.square(heard - sound).sum() < 1e-4 * np.square(sound).sum()


def test_only_layers_are_rounded_each_as_one_operator_with_its_bias(full: tuple[bytes, bytes, TierModel, TierModel]) -> None:
    encoder, vocoder, *_ = full
    for graph, layers in ((encoder, 2 * 2 + 2), (vocoder, 2 * 4 + 2)):
        before, after = operators(graph), operators(compact(graph))
        assert after["MatMulNBits"] == layers
        assert after["SkipSimplifiedLayerNormalization"] == layers // 2 - 1
        assert after.total() < 0.8 * before.total()
        assert len(compact(graph)) < 0.7 * len(graph)


def test_the_linear_path_is_what_it_was(full: tuple[bytes, bytes, TierModel, TierModel]) -> None:
    """Products without a bias: with atoms, three of them; of pairs to samples, and the two steps of the harmonic sum."""
    encoder, vocoder, *_ = full
    assert operators(compact(encoder))["MatMul"] == 3
    assert operators(compact(vocoder))["MatMul"] == 3


@pytest.mark.parametrize("harmonics", [16, 128, 256])
def test_without_a_network_nothing_is_rounded(harmonics: int) -> None:
    torch.manual_seed(harmonics)
    facts, encoder, vocoder = exact_tier(TierNetwork(untrained_shape(harmonics)), {})
    exact, small = TierModel(facts, encoder, vocoder), TierModel(facts, compact(encoder), compact(vocoder))
    assert "GatherND" not in operators(compact(vocoder))
    dna, _ = exact.encode(chunks_of(speech(0.5, 48000, 1)), exact.initial_encoder_state(1))
    again, _ = small.encode(chunks_of(speech(0.5, 48000, 1)), small.initial_encoder_state(1))
    assert np.array_equal(dna.amplitudes, again.amplitudes)
    assert np.array_equal(dna.phases, again.phases)
    sound, _ = exact.vocode(dna, exact.initial_vocoder_state(1), 0)
    heard, _ = small.vocode(dna, small.initial_vocoder_state(1), 0)
    assert np.abs(heard - sound).max() < 1e-6 * np.abs(sound).max()


@given(
    st.integers(1, 3 * BLOCK).flatmap(
        lambda inputs: arrays(np.float32, (inputs, 3), elements=st.floats(-100, 100, width=32, allow_subnormal=False))
    )
)
def test_eight_bits_are_off_by_half_a_step_at_most(matrix: np.ndarray) -> None:
    codes, scales = eight_bits(matrix)
    assert codes.dtype == np.uint8
    assert codes.shape == (3, scales.shape[1], BLOCK)
    back = ((codes.astype(np.float64) - 128) * scales[..., np.newaxis]).reshape(3, -1).T
    assert not back[len(matrix) :].any()
    step = np.repeat(scales, BLOCK, axis=1).T[: len(matrix)]
    assert (np.abs(back[: len(matrix)] - matrix) <= 0.5 * step * 1.001).all()


def normalized_sum(wanted_elsewhere: bool) -> bytes:
    """x + y, and x + y over its root mean square."""
    constants = {"two": [2.0], "epsilon": [1e-3], "scale": np.linspace(0.5, 1, 8)}
    nodes = [
        helper.make_node("Add", ["x", "y"], ["sum"], "sum"),
        helper.make_node("Pow", ["sum", "two"], ["square"], "square"),
        helper.make_node("ReduceMean", ["square", "axes"], ["mean"], "mean"),
        helper.make_node("Add", ["mean", "epsilon"], ["more"], "more"),
        helper.make_node("Sqrt", ["more"], ["root"], "root"),
        helper.make_node("Div", ["sum", "root"], ["even"], "even"),
        helper.make_node("Mul", ["even", "scale"], ["out"], "out"),
    ]
    named = [helper.make_tensor_value_info(name, TensorProto.FLOAT, ["frames", 8]) for name in ("x", "y", "out")]
    if wanted_elsewhere:
        nodes.append(helper.make_node("Cos", ["sum"], ["cosine"], "cosine"))
        named.append(helper.make_tensor_value_info("cosine", TensorProto.FLOAT, ["frames", 8]))
    tensors = [numpy_helper.from_array(np.array(value, np.float32), name) for name, value in constants.items()]
    tensors.append(numpy_helper.from_array(np.array([-1]), "axes"))
    graph = helper.make_graph(nodes, "graph", named[:2], named[2:], tensors)
    model = helper.make_model(graph, opset_imports=[helper.make_opsetid("", 18)], ir_version=10)
    return model.SerializeToString()


@pytest.mark.parametrize("wanted_elsewhere", [False, True])
def test_a_sum_is_fused_with_its_normalization_where_nothing_else_wants_it(wanted_elsewhere: bool) -> None:
    graph = normalized_sum(wanted_elsewhere)
    after = operators(compact(graph))
    assert after["SkipSimplifiedLayerNormalization"] == (not wanted_elsewhere)
    assert after["Sqrt"] == wanted_elsewhere
    random = np.random.default_rng(0)
    given_ = {name: random.standard_normal((5, 8)).astype(np.float32) for name in ("x", "y")}
    outcomes = [
        ort.InferenceSession(one, providers=["CPUExecutionProvider"]).run(["out"], given_)[0] for one in (graph, compact(graph))
    ]
    assert np.allclose(*outcomes, rtol=1e-5, atol=1e-6)
