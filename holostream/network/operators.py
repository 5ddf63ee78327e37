"""A graph made cheaper for ONNX Runtime: what counts is how many operators there are, and how many bytes a hop reads.

    constants folded     what depends on weights alone is worked out now
    MatMulNBits          a product with a matrix of weights in eight bits, and the sum with a bias, as one operator
    SkipSimplified...    a sum and its root mean square normalization as one operator

Weights in eight bits have a scale for every BLOCK of them; what is multiplied by them is rounded in the same way, frame by frame,
so that one frame at a time gives the same bits as many. Only layers of networks are, not the linear path (docs/findings.md).
"""

from __future__ import annotations

import tempfile
from collections import defaultdict
from pathlib import Path

import numpy as np
import onnx
from onnx import NodeProto, helper, numpy_helper

from holostream.codec.inference import ort

RUNTIME = "com.microsoft"
BLOCK = 32
"""Weights that have a scale in common: inputs next to each other of one output."""
SMALLEST = 4096
"""A matrix of fewer weights is left as it is: it would gain nothing."""
INTEGER_PRODUCTS = 4
"""Accuracy level of MatMulNBits: products of whole numbers."""


def plain(model: onnx.ModelProto) -> onnx.ModelProto:
    """A graph as exported without what nobody needs, nor the exporter's notes."""
    return _bare(_without_unused(_with_copied_axes(model)))


def compact(graph: bytes) -> bytes:
    """The same with fewer operators and smaller weights."""
    model = with_small_weights(with_fused_sums(with_plain_look_ups(folded(graph))))
    return _bare(_without_unused(model)).SerializeToString(deterministic=True)


def _with_copied_axes(model: onnx.ModelProto) -> onnx.ModelProto:
    """Reshapes that keep lanes and frames copy them (0 in ONNX). As exported, three to eight operators find them out."""
    graph = model.graph
    made = {name: node for node in graph.node for name in node.output}
    axes = {
        value.name: [axis.dim_param for axis in value.type.tensor_type.shape.dim]
        for value in (*graph.value_info, *graph.input, *graph.output)
    }
    fixed = {tensor.name: numpy_helper.to_array(tensor) for tensor in graph.initializer}
    for node in graph.node:
        shape = made.get(node.input[1]) if node.op_type == "Reshape" else None
        if shape is None or shape.op_type != "Concat":
            continue
        before, after = axes.get(node.input[0], []), axes.get(node.output[0], [])
        sizes = [fixed.get(name) for name in shape.input]
        if not all(before[:2]) or before[:2] != after[:2] or sizes[:2] != [None, None] or any(size is None for size in sizes[2:]):
            continue
        copied = np.concatenate([[0, 0], *sizes[2:]]).astype(np.int64)
        if len(copied) == len(after):
            graph.initializer.append(numpy_helper.from_array(copied, f"{node.output[0]}_shape"))
            node.input[1] = f"{node.output[0]}_shape"
            del node.attribute[:]  # which would let 0 mean 0
    return model


def _without_unused(model: onnx.ModelProto) -> onnx.ModelProto:
    """The graph without operators and constants that nothing uses: ONNX Runtime would run the first and complain of the others."""
    used, nodes = {value.name for value in model.graph.output}, []
    for node in reversed(model.graph.node):
        if used.intersection(node.output):
            used.update(node.input)
            nodes.append(node)
    constants = [tensor for tensor in model.graph.initializer if tensor.name in used]
    del model.graph.node[:], model.graph.initializer[:]
    model.graph.node.extend(reversed(nodes))
    model.graph.initializer.extend(constants)
    return model


def _bare(graph: onnx.ModelProto) -> onnx.ModelProto:
    """The graph without the exporter's notes, which name source files and folders of the machine it ran on."""
    del graph.metadata_props[:], graph.graph.metadata_props[:]
    graph.doc_string = graph.graph.doc_string = ""
    for part in (*graph.graph.node, *graph.graph.initializer, *graph.graph.value_info, *graph.graph.input,
                 *graph.graph.output):  # fmt: skip
        del part.metadata_props[:]
        part.doc_string = ""
    return graph


def folded(graph: bytes) -> onnx.ModelProto:
    """The graph with everything worked out that depends on no input."""
    options = ort.SessionOptions()
    options.graph_optimization_level = ort.GraphOptimizationLevel.ORT_ENABLE_BASIC
    options.log_severity_level = 4
    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder) / "graph.onnx"
        options.optimized_model_filepath = str(path)
        ort.InferenceSession(graph, options, providers=["CPUExecutionProvider"])
        model = onnx.load(path)
    asked = [entry for entry in model.opset_import if entry.domain in ("", RUNTIME)]  # it lists all that it knows
    del model.opset_import[:]
    model.opset_import.extend(asked)
    return model


def with_plain_look_ups(model: onnx.ModelProto) -> onnx.ModelProto:
    """Look-ups of numbers in a row of them: as exported, in a table of rows of one, by places in rows of one."""
    graph = model.graph
    constants, made = _constants(graph), _made(graph)
    for node in graph.node:
        table = constants.get(node.input[0]) if node.op_type == "GatherND" else None
        places = made.get(node.input[1]) if table is not None and table.ndim == 1 else None
        if places is not None and places.op_type == "Unsqueeze" and constants.get(places.input[1], np.zeros(1)).tolist() == [-1]:
            node.CopyFrom(helper.make_node("Gather", [node.input[0], places.input[0]], node.output, node.name, axis=0))
    return model


def with_fused_sums(model: onnx.ModelProto) -> onnx.ModelProto:
    """x / sqrt(mean(x^2) + e) * scale of a sum x of two, which is wanted for nothing else, as one operator."""
    graph = model.graph
    constants, made, used = _constants(graph), _made(graph), _used(graph)
    gone: set[str] = set()
    nodes = []
    for node in graph.node:
        pattern = _normalized_sum(node, made, constants)
        if pattern is not None:
            total, inner, epsilon, scale = pattern
            if len(used[total.output[0]]) == 2:  # squared, and divided
                gone.update(name for part in (total, *inner) for name in part.output)
                node = helper.make_node(
                    "SkipSimplifiedLayerNormalization", [*total.input, scale], node.output, node.name, domain=RUNTIME, epsilon=epsilon
                )
        nodes.append(node)
    return _with_nodes(model, [node for node in nodes if not gone.intersection(node.output)])


def _normalized_sum(
    node: NodeProto, made: dict[str, NodeProto], constants: dict[str, np.ndarray]
) -> tuple[NodeProto, list[NodeProto], float, str] | None:
    """Of the last operator of such a normalization: the sum, those between, the epsilon and the name of the scale."""
    inner: list[NodeProto] = []
    current: NodeProto | None = node
    for kind in ("Mul", "Div", "Sqrt", "Add", "ReduceMean", "Pow"):
        if current is None or current.op_type != kind:
            return None
        inner.append(current)
        current = made.get(current.input[1] if kind == "Div" else current.input[0])
    _, divided, _, plus, _, square = inner
    scale, epsilon = node.input[1], constants.get(plus.input[1])
    if current is None or current.op_type != "Add" or scale not in constants or epsilon is None:
        return None
    if divided.input[0] != current.output[0] or constants.get(square.input[1], np.zeros(1)).item() != 2:
        return None
    return current, inner[1:], float(epsilon.item()), scale


def with_small_weights(model: onnx.ModelProto) -> onnx.ModelProto:
    """Layers, which are products with constant matrices and the sum with a bias, in eight bits. What has no bias is no layer of a
    network but the linear path, a transform or a sum of codes: it stays exact."""
    graph = model.graph
    constants, used = _constants(graph), _used(graph)
    gone: set[str] = set()
    nodes = []
    for node in graph.node:
        if gone.intersection(node.output):
            continue
        matrix, followers = constants.get(node.input[1]) if node.op_type == "MatMul" else None, used[node.output[0]]
        if matrix is not None and matrix.ndim == 2 and matrix.size >= SMALLEST and [one.op_type for one in followers] == ["Add"]:
            bias = next((name for name in followers[0].input if name in constants), "")
            if bias and constants[bias].shape == matrix.shape[1:]:
                gone.update(followers[0].output)
                names = [f"{node.input[1]}_codes", f"{node.input[1]}_scales"]
                graph.initializer.extend(map(numpy_helper.from_array, eight_bits(matrix), names))
                node = helper.make_node(
                    "MatMulNBits", [node.input[0], *names, "", "", bias], followers[0].output, node.name, domain=RUNTIME,
                    K=matrix.shape[0], N=matrix.shape[1], bits=8, block_size=BLOCK, accuracy_level=INTEGER_PRODUCTS,
                )  # fmt: skip
        nodes.append(node)
    return _with_nodes(model, nodes)


def eight_bits(matrix: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
    """(inputs, outputs) -> (outputs, blocks, BLOCK) uint8 codes, 128 for 0, and (outputs, blocks) float32 scales."""
    inputs, outputs = matrix.shape
    blocks = -(-inputs // BLOCK)
    padded = np.zeros((outputs, blocks * BLOCK))
    padded[:, :inputs] = matrix.T
    parts = padded.reshape(outputs, blocks, BLOCK)
    scales = np.maximum(np.abs(parts).max(-1) / 127, 1e-12)
    codes = np.rint(parts / scales[..., np.newaxis]) + 128
    return codes.astype(np.uint8), scales.astype(np.float32)


def _constants(graph: onnx.GraphProto) -> dict[str, np.ndarray]:
    return {tensor.name: numpy_helper.to_array(tensor) for tensor in graph.initializer}


def _made(graph: onnx.GraphProto) -> dict[str, NodeProto]:
    return {name: node for node in graph.node for name in node.output}


def _used(graph: onnx.GraphProto) -> defaultdict[str, list[NodeProto]]:
    used = defaultdict(list)
    for node in graph.node:
        for name in node.input:
            used[name].append(node)
    return used


def _with_nodes(model: onnx.ModelProto, nodes: list[NodeProto]) -> onnx.ModelProto:
    del model.graph.node[:]
    model.graph.node.extend(nodes)
    return model
