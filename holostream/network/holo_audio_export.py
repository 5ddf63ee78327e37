"""A HOLO-Audio tier as a tier folder of ours, so that everything here plays it as it plays its own.

The quantizer is that of `.holo` version 2, a byte q for q * (largest - lowest) / 255 + lowest, with one range for each
model, because live sound cannot know the largest coefficient that will come. Coefficient 2k is the amplitude code of
harmonic k and coefficient 2k + 1 its phase code: names of two bytes, not of what they mean. The gain code is 1, or 0
where a chunk's peak is below SILENT_PEAK, and then the vocoder is silent, which HOLO-Audio's own need not be: its bias
sounds. Version 2 files have no gain, and sound as HOLO-Audio plays them.

The graphs are put together by hand: `lowest` and `step` of the vocoder are constants that a caller may replace
(see `codec.holo_audio`), which an export by tracing would fold away.
"""

from __future__ import annotations

from collections.abc import Iterable
from pathlib import Path

import numpy as np
import onnx
import torch
from onnx import TensorProto, helper, numpy_helper
from torch import nn

from holostream.codec.holo_audio import CODE_STEPS, bytes_of, code_step
from holostream.codec.tier import TierFacts
from holostream.codec.tier_model import ModelError, TierModel, graph_checksum, present_tiers, read_facts
from holostream.network.export import parameter_count, write_tier
from holostream.network.holo_audio import HoloAudioNetwork

OPSET, IR_VERSION = 18, 9
SILENT_PEAK = 1e-4
PARITY_FRAMES = 100


@torch.no_grad()
def coefficient_range(network: HoloAudioNetwork, sounds: Iterable[np.ndarray]) -> tuple[float, float]:
    """Smallest and largest coefficient of (n,) float32 sounds, each at full scale as in training.

    Raises ModelError if not one of them has a chunk of sound, or all coefficients are the same.
    """
    chunk, lowest, largest = network.shape.chunk, np.inf, -np.inf
    for sound in sounds:
        peak = float(np.abs(sound).max(initial=0.0))
        if not peak > SILENT_PEAK:
            continue
        padded = np.pad(sound / np.float32(peak), (0, -len(sound) % chunk)).reshape(-1, chunk)
        coefficients = network.encoder(torch.from_numpy(padded))
        lowest = min(lowest, float(coefficients.min()))
        largest = max(largest, float(coefficients.max()))
    if lowest > largest:
        raise ModelError("the range of the coefficients cannot be calibrated on silence; name sounds with --calibrate")
    if lowest == largest:
        raise ModelError("the tier's encoder makes the same of every sound, so it has learned nothing; give one that was trained")
    return lowest, largest


def export_holo_audio(
    network: HoloAudioNetwork, models: Path, rate: int, limits: tuple[float, float], card: dict
) -> TierFacts:
    """Write the tier's folder under `models`, for sound at `rate`, with the range `limits` of its coefficients.

    Raises ModelError if the folder holds another family, or the graphs do not say what torch says.
    """
    network, shape = network.cpu().eval(), network.shape
    refuse_other_family(models, shape.family, rate, shape.chunk)
    encoder, vocoder = encoder_graph(network, *limits), vocoder_graph(network, *limits)
    facts = TierFacts(
        family=shape.family,
        harmonics=shape.harmonics,
        rate=rate,
        hop=shape.chunk,
        chunk=shape.chunk,
        synthesis=shape.chunk,
        encoder_state=1,
        vocoder_state=1,
        context_frames=0,
        prime_frames=0,
        trained=True,
        checksum=graph_checksum(encoder, vocoder),
        codes="bytes",
        zero_code=int(bytes_of(np.zeros(1), *limits)[0]),
    )
    check_holo_audio(network, TierModel(facts, encoder, vocoder), limits)
    write_tier(models, facts, encoder, vocoder, {
        "parameters": parameter_count(network), "coefficients": {"lowest": limits[0], "largest": limits[1]}, **card,
    })  # fmt: skip
    return facts


def refuse_other_family(models: Path, family: str, rate: int, hop: int) -> None:
    """Raise ModelError if the folder has tiers that cannot be played together with one of these."""
    try:
        there = present_tiers(models)
    except ModelError:
        return
    for harmonics in there:
        other = read_facts(models, harmonics)
        if (other.family, other.rate, other.hop) != (family, rate, hop):
            raise ModelError(
                f"{models} holds tiers of family {other.family} at {other.rate} Hz, and this one is {family} at "
                f"{rate} Hz; choose another folder with --out"
            )


def encoder_graph(network: HoloAudioNetwork, lowest: float, largest: float) -> bytes:
    """chunks, state -> gains, amplitudes, phases, next_state, and coefficients as floats."""
    constants: dict[str, np.ndarray] = {
        **_linear("encoder", network.encoder.encoder),
        "lowest": np.array(lowest, np.float32),
        "step": np.array(code_step(lowest, largest), np.float32),
        "zero": np.array(0.0, np.float32),
        "most": np.array(CODE_STEPS, np.float32),
        "silent": np.array(SILENT_PEAK, np.float32),
        "last": np.array([-1], np.int64),
        "first": np.array([0], np.int64),
        "second": np.array([1], np.int64),
        "end": np.array([np.iinfo(np.int64).max], np.int64),
        "two": np.array([2], np.int64),
    }
    nodes = [
        *_apply("encoder", "chunks", "coefficients"),
        helper.make_node("Sub", ["coefficients", "lowest"], ["above"]),
        helper.make_node("Div", ["above", "step"], ["steps"]),
        helper.make_node("Round", ["steps"], ["whole"]),
        helper.make_node("Clip", ["whole", "zero", "most"], ["bounded"]),
        helper.make_node("Cast", ["bounded"], ["codes"], to=TensorProto.UINT8),
        helper.make_node("Slice", ["codes", "first", "end", "last", "two"], ["amplitudes"]),
        helper.make_node("Slice", ["codes", "second", "end", "last", "two"], ["phases"]),
        helper.make_node("Abs", ["chunks"], ["magnitudes"]),
        helper.make_node("ReduceMax", ["magnitudes", "last"], ["peaks"], keepdims=0),
        helper.make_node("GreaterOrEqual", ["peaks", "silent"], ["sounding"]),
        helper.make_node("Cast", ["sounding"], ["gains"], to=TensorProto.UINT8),
        helper.make_node("Identity", ["state"], ["next_state"]),
    ]
    shape = network.shape
    inputs = [_value("chunks", TensorProto.FLOAT, "frames", shape.chunk), _value("state", TensorProto.FLOAT, 1)]
    outputs = [
        _value("gains", TensorProto.UINT8, "frames"),
        _value("amplitudes", TensorProto.UINT8, "frames", shape.harmonics),
        _value("phases", TensorProto.UINT8, "frames", shape.harmonics),
        _value("next_state", TensorProto.FLOAT, 1),
        _value("coefficients", TensorProto.FLOAT, "frames", 2 * shape.harmonics),
    ]
    return _graph("encoder", nodes, inputs, outputs, constants)


def vocoder_graph(network: HoloAudioNetwork, lowest: float, largest: float) -> bytes:
    """gains, amplitudes, phases, state -> sound, next_state; `lowest` and `step` may be given as well."""
    replaceable = {
        "lowest": np.array(lowest, np.float32),
        "step": np.array(code_step(lowest, largest), np.float32),
    }
    constants: dict[str, np.ndarray] = {
        **replaceable,
        "last": np.array([-1], np.int64),
        "pairs": np.array([0, 0, -1], np.int64),
    }
    nodes = [
        helper.make_node("Unsqueeze", ["amplitudes", "last"], ["even"]),
        helper.make_node("Unsqueeze", ["phases", "last"], ["odd"]),
        helper.make_node("Concat", ["even", "odd"], ["both"], axis=-1),
        helper.make_node("Reshape", ["both", "pairs"], ["codes"]),
        helper.make_node("Cast", ["codes"], ["steps"], to=TensorProto.FLOAT),
        helper.make_node("Mul", ["steps", "step"], ["above"]),
        helper.make_node("Add", ["above", "lowest"], ["hidden_0"]),
    ]
    layers = network.vocoder.layers()
    for n, layer in enumerate(layers):
        constants |= _linear(f"layer_{n}", layer)
        last = n + 1 == len(layers)
        nodes += _apply(f"layer_{n}", f"hidden_{n}", "loud" if last else f"angle_{n}")
        if not last:
            nodes.append(helper.make_node("Sin", [f"angle_{n}"], [f"hidden_{n + 1}"]))
    nodes += [
        helper.make_node("Cast", ["gains"], ["sounding"], to=TensorProto.BOOL),
        helper.make_node("Cast", ["sounding"], ["factor"], to=TensorProto.FLOAT),
        helper.make_node("Unsqueeze", ["factor", "last"], ["factors"]),
        helper.make_node("Mul", ["loud", "factors"], ["sound"]),
        helper.make_node("Identity", ["state"], ["next_state"]),
    ]
    shape = network.shape
    inputs = [
        _value("gains", TensorProto.UINT8, "frames"),
        _value("amplitudes", TensorProto.UINT8, "frames", shape.harmonics),
        _value("phases", TensorProto.UINT8, "frames", shape.harmonics),
        _value("state", TensorProto.FLOAT, 1),
    ]
    # A constant that is an input too has a default, which a caller may replace.
    inputs += [helper.make_tensor_value_info(name, TensorProto.FLOAT, []) for name in replaceable]
    outputs = [_value("sound", TensorProto.FLOAT, "frames", shape.chunk), _value("next_state", TensorProto.FLOAT, 1)]
    return _graph("vocoder", nodes, inputs, outputs, constants)


def _value(name: str, kind: int, *shape: int | str) -> onnx.ValueInfoProto:
    return helper.make_tensor_value_info(name, kind, ["lanes", *shape])


def _linear(name: str, layer: nn.Linear) -> dict[str, np.ndarray]:
    weight, bias = layer.weight.detach().numpy(), layer.bias.detach().numpy()
    return {f"{name}_weight": np.ascontiguousarray(weight.T), f"{name}_bias": bias}


def _apply(name: str, source: str, target: str) -> list[onnx.NodeProto]:
    return [
        helper.make_node("MatMul", [source, f"{name}_weight"], [f"{target}_unbiased"]),
        helper.make_node("Add", [f"{target}_unbiased", f"{name}_bias"], [target]),
    ]


def _graph(
    name: str,
    nodes: list[onnx.NodeProto],
    inputs: list[onnx.ValueInfoProto],
    outputs: list[onnx.ValueInfoProto],
    constants: dict[str, np.ndarray],
) -> bytes:
    initializers = [numpy_helper.from_array(value, key) for key, value in constants.items()]
    graph = helper.make_graph(nodes, name, inputs, outputs, initializers)
    model = helper.make_model(graph, opset_imports=[helper.make_opsetid("", OPSET)], ir_version=IR_VERSION)
    onnx.checker.check_model(model)
    return model.SerializeToString(deterministic=True)


@torch.no_grad()
def check_holo_audio(network: HoloAudioNetwork, model: TierModel, limits: tuple[float, float]) -> None:
    """Raise ModelError unless torch and the graphs agree: codes but for ties, sound to 1e-4 of its peak."""
    lowest, largest = limits
    generator = torch.Generator().manual_seed(7)
    chunks = 0.3 * torch.randn(1, PARITY_FRAMES, network.shape.chunk, generator=generator)
    dna, _ = model.encode(chunks.numpy(), model.initial_encoder_state(1))
    codes = torch.from_numpy(np.stack((dna.amplitudes, dna.phases), axis=-1)).flatten(-2)
    step = code_step(lowest, largest)
    expected = ((network.encoder(chunks) - lowest) / step).round().clamp(0, CODE_STEPS)
    differing = float((codes != expected).float().mean())
    sound, _ = model.vocode(dna, model.initial_vocoder_state(1), 0)
    reference = network.vocoder(codes.float() * step + lowest).numpy()
    error = float(np.abs(sound - reference).max() / max(1.0, float(np.abs(reference).max())))
    if differing > 1e-3 or error > 1e-4:
        raise ModelError(
            f"tier {network.shape.harmonics}: {differing:.2%} of the exported codes differ from torch's, the sound by {error:.1e}"
        )
