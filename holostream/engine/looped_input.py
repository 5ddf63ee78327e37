"""A sound file as input hops without end: it begins again where it ends, as a file that is played live does."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import numpy as np

from holostream.engine.audio_source import LONGEST_SECONDS
from holostream.format.audio_file import AudioFileError
from holostream.format.audio_reader import AudioReader

BLOCK_HOPS = 64


class LoopedInput:
    """`hops` gives them; `repeated`: whether the file was begun again; `channels` as in the file. Raises AudioFileError.

    `whole`: all of it, however long, where a live session plays the first LONGEST_SECONDS.
    """

    def __init__(self, path: Path, rate: int, lanes: int, hop: int, whole: bool = False) -> None:
        self.path, self.repeated, self._longest = path, False, None if whole else round(LONGEST_SECONDS * rate)
        self._rate, self._lanes, self._hop = rate, lanes, hop
        with AudioReader(path, rate, lanes) as reader:  # what cannot be read is told before anything is rendered
            self.channels = reader.original_channels
            self._beginning = next(reader.blocks(BLOCK_HOPS * hop), np.zeros((lanes, 0), np.float32))
        if not self._beginning.shape[1]:
            raise AudioFileError(f"{path} holds less than one sample at {rate} Hz: give a longer sound")

    def hops(self) -> Iterator[np.ndarray]:
        """(lanes, hop) float32 at the rate, in flat memory."""
        waiting = np.zeros((self._lanes, 0), np.float32)
        while True:
            for block in self._blocks():
                waiting = np.concatenate((waiting, block), axis=1)
                whole = waiting.shape[1] // self._hop
                for start in range(0, whole * self._hop, self._hop):
                    yield waiting[:, start : start + self._hop]
                waiting = waiting[:, whole * self._hop :]
            self.repeated = True

    def _blocks(self) -> Iterator[np.ndarray]:
        """Of one round, or of many where a round is short and not the first."""
        length, enough = self._beginning.shape[1], BLOCK_HOPS * self._hop
        if length < enough:
            yield np.tile(self._beginning, -(-enough // length) if self.repeated else 1)
            return
        left = self._longest
        with AudioReader(self.path, self._rate, self._lanes) as reader:
            for block in reader.blocks(enough):
                yield block[:, :left]
                if left is not None and (left := left - block.shape[1]) <= 0:
                    return
