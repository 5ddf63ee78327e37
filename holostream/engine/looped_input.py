"""A sound file as input hops without end: it begins again where it ends, as a file that is played live does."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import numpy as np

from holostream.format.audio_reader import AudioReader


class LoopedInput:
    """`hops` gives them; `rounds` counts how often the file was begun again; `channels` as in the file. Raises AudioFileError."""

    def __init__(self, path: Path, rate: int, lanes: int, hop: int) -> None:
        self.path, self.rounds = path, 0
        self._rate, self._lanes, self._hop = rate, lanes, hop
        with AudioReader(path, rate, lanes) as reader:  # what cannot be read is told before anything is rendered
            self.channels = reader.original_channels

    def hops(self) -> Iterator[np.ndarray]:
        """(lanes, hop) float32 at the rate, in flat memory."""
        waiting = np.zeros((self._lanes, 0), np.float32)
        while True:
            with AudioReader(self.path, self._rate, self._lanes) as reader:
                for block in reader.blocks(64 * self._hop):
                    waiting = np.concatenate((waiting, block), axis=1)
                    whole = waiting.shape[1] // self._hop
                    for start in range(0, whole * self._hop, self._hop):
                        yield waiting[:, start : start + self._hop]
                    waiting = waiting[:, whole * self._hop :]
            self.rounds += 1
