"""The contract every stage keeps: whole equals stream.

Run over a whole sound at once, or over what each block of a device completes, a stage gives the same bits.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import dataclass
from typing import Any

import numpy as np

BLOCKS = (1, 64, 65, 128, 480, 8193)
HOPS = 200
"""Enough for three blocks of the longest, at a hop of 128."""

Arrays = tuple[np.ndarray, ...]


@dataclass(frozen=True)
class Stage:
    """`step` maps arrays with time on axis 1, and a state, to the same; inputs have `unit` entries a hop."""

    initial_state: Callable[[], Any]
    step: Callable[[Arrays, Any], tuple[Arrays, Any]]
    unit: int = 1


def gathered_hops(hops: int, hop: int, block: int) -> Iterator[tuple[int, int]]:
    """(first, last + 1) of the hops that become complete with each block of `block` samples."""
    done = 0
    for arrived in (*range(block, hops * hop, block), hops * hop):
        complete = arrived // hop
        if complete > done:
            yield done, complete
            done = complete


def check_whole_equals_stream(stage: Stage, inputs: Arrays, hop: int, tolerance: float = 0.0) -> Arrays:
    """Asserts that codes are equal and samples differ by at most `tolerance`; returns the whole's outputs."""
    hops = inputs[0].shape[1] // stage.unit
    whole, _ = stage.step(inputs, stage.initial_state())
    for block in BLOCKS:
        state, parts = stage.initial_state(), []
        for start, stop in gathered_hops(hops, hop, block):
            part = tuple(array[:, start * stage.unit : stop * stage.unit] for array in inputs)
            outputs, state = stage.step(part, state)
            parts.append(tuple(output.copy() for output in outputs))
        for expected, *pieces in zip(whole, *parts, strict=True):
            streamed = np.concatenate(pieces, axis=1)
            assert streamed.shape == expected.shape
            assert streamed.dtype == expected.dtype
            limit = tolerance if streamed.dtype == np.float32 else 0
            difference = np.abs(streamed.astype(np.float64) - expected.astype(np.float64)).max()
            assert difference <= limit, f"block {block}: whole and stream differ by {difference}"
    return whole
