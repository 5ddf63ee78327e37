"""Sound from a file instead of a microphone: the bundled demo voice or any audio file, looped."""

from __future__ import annotations

from pathlib import Path

import numpy as np

from holostream.format.audio_file import AudioFileError
from holostream.format.audio_reader import AudioReader

DEMO_VOICE = Path(__file__).with_name("demo_voice.flac")
LONGEST_SECONDS = 600.0
"""Of a file as live input; what lies beyond is not played. Whole files of any length go through `encode`."""


class LoopedSource:
    """(channels, samples) float32 in memory, handed out block by block without end. `remark`: what the user should know."""

    def __init__(self, samples: np.ndarray, remark: str = "") -> None:
        self.remark = remark
        self._samples = np.ascontiguousarray(samples.T)
        self._at = 0

    @property
    def channels(self) -> int:
        return self._samples.shape[1]

    def fill(self, block: np.ndarray) -> None:
        """Write the next (n, channels) samples into `block`."""
        done = 0
        while done < block.shape[0]:
            part = self._samples[self._at : self._at + block.shape[0] - done]
            block[done : done + part.shape[0]] = part
            done += part.shape[0]
            self._at = (self._at + part.shape[0]) % self._samples.shape[0]


def silent_source(lanes: int) -> LoopedSource:
    """Nothing, for a device whose input does not count."""
    return LoopedSource(np.zeros((lanes, 1024), np.float32))


def open_source(path: Path | None, rate: int, lanes: int) -> LoopedSource:
    """The file (None: the demo voice) at the device's rate. Raises AudioFileError if it cannot be read."""
    remark = ""
    with AudioReader(path or DEMO_VOICE, rate, lanes) as reader:
        blocks = reader.blocks(round(LONGEST_SECONDS * rate))
        samples = next(blocks, np.zeros((reader.lanes, 0), np.float32))
        if reader.original_length > LONGEST_SECONDS * reader.original_rate:
            remark = f"of {reader.path.name} the first {LONGEST_SECONDS / 60:.0f} minutes are played, again and again"
        elif next(blocks, None) is None and reader.truncated:
            seconds = samples.shape[1] / rate
            remark = f"{reader.path.name} ends early, it is damaged or not complete: the {seconds:.3g} s that are there are played"
    if not samples.shape[1]:
        raise AudioFileError(f"{path} holds less than one sample at {rate} Hz: give a longer sound")
    return LoopedSource(samples, remark)
