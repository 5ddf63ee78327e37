"""An AudioCallback without a device or a second process, for tests."""

from __future__ import annotations

import numpy as np

from holostream.codec.tier_model import TierModel
from holostream.engine.block_path import initial_path
from holostream.engine.callback import AudioCallback, DeviceFormat
from holostream.engine.controls import Controls
from holostream.engine.shared_state import SharedState
from holostream.engine.voice_opener import VoiceOpener


class LiveCallback:
    """Feed it (samples, channels) in blocks of any sizes; it gives what the device would play."""

    def __init__(
        self, tiers: dict[int, TierModel], tier: int = 64, block: int = 128, lanes: int = 1, rate: int = 48000,
        channels: tuple[int, int] | None = None, ring_frames: int = 4096, second_channel: bool = False,
        threaded: bool = False,
    ) -> None:  # fmt: skip
        self.shared = SharedState.create(lanes, ring_frames)
        self.controls = Controls(tier, feedback_guard=False)
        self.path = initial_path(tiers, lanes, self.shared.dna, self.controls, second=second_channel)
        self.channels = channels or (lanes, lanes)
        form = DeviceFormat(rate, block, *self.channels)
        opener = VoiceOpener(self.path, threaded)
        opener.start()
        self.callback = AudioCallback(
            self.path, self.controls, self.shared, form, realtime=False, second_channel=second_channel,
            opener=opener,
        )  # fmt: skip
        self.shared.close()

    def play(self, samples: np.ndarray, blocks: list[int]) -> np.ndarray:
        """(n, input channels) through the callback, block sizes in turn, until the sound is used up."""
        played, at, turn = [], 0, 0
        while at < len(samples):
            block = samples[at : at + blocks[turn % len(blocks)]]
            out = np.full((len(block), self.channels[1]), 9.0, np.float32)
            self.callback.process(np.ascontiguousarray(block, np.float32), out)
            played.append(out)
            at, turn = at + len(block), turn + 1
        return np.concatenate(played)

    @property
    def status(self) -> np.void:
        return self.shared.status.snapshot()
