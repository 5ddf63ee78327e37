"""The engine's audio callback without a device: blocks in, blocks out, in the calling thread and without a clock."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager

import numpy as np

from holostream.codec.tier_model import TierModel
from holostream.engine.block_path import initial_path
from holostream.engine.callback import AudioCallback, DeviceFormat
from holostream.engine.controls import Controls
from holostream.engine.shared_state import SharedState

RING_FRAMES = 4096


@contextmanager
def callback_rig(model: TierModel, block: int) -> Iterator[AudioCallback]:
    """A mono callback of one tier, warm, at the model's rate, as a device with this block size would open it."""
    shared = SharedState.create(1, RING_FRAMES)
    try:
        controls = Controls(model.facts.harmonics, feedback_guard=False)
        path = initial_path({model.facts.harmonics: model}, 1, shared.dna, controls)
        yield AudioCallback(path, controls, shared, DeviceFormat(model.facts.rate, block, 1, 1), realtime=False)
    finally:
        shared.close()


def run_blocks(callback: AudioCallback, samples: np.ndarray, block: int) -> np.ndarray:
    """(n,) mono samples through the callback, block by block -> (n,), n cut to a whole number of blocks."""
    count = len(samples) // block * block
    indata = np.ascontiguousarray(samples[:count, np.newaxis], np.float32)
    outdata = np.zeros_like(indata)
    for at in range(0, count, block):
        callback.process(indata[at : at + block], outdata[at : at + block])
    return outdata[:, 0]
