"""The input of a recording beside it, as a .wav: what the block path received, hop by hop, so that all can be run again.

Where the device's second channel was the second sound it is that of the file too, after the only lane.
"""

from __future__ import annotations

from pathlib import Path

import numpy as np

from holostream.engine.input_ring import InputRing
from holostream.format.audio_file import AudioFileError
from holostream.format.audio_writer import AudioWriter


def input_path(recording: Path) -> Path:
    """Where a recording's input is: session.input.wav beside session.holo."""
    return recording.with_suffix(".input.wav")


class KeptInput:
    """`follow` the hops of a recording, then `close`; 32-bit floats at the model's rate, its first sample that of the
    recording's first hop. Raises AudioFileError for a file that exists or cannot be written."""

    def __init__(self, recording: Path, ring: InputRing, rate: int) -> None:
        self.path, self._ring = input_path(recording), ring
        if self.path.exists():
            raise AudioFileError(
                f"{self.path} exists already and the kept input never overwrites; record to another name"
            )
        self._writer = AudioWriter(self.path, rate, ring.shape[0], salvages=True)
        self._next: int | None = None
        self.missing = 0
        """Hops that were not there; they are silent in the file."""

    def follow(self, span: tuple[int, int] | None) -> None:
        """`span`: first hop of the recording, and the one after the last that is sure to be in it. Raises AudioFileError."""
        if span is None:
            return
        start, end = span[0] if self._next is None else self._next, span[1]
        for hop in range(start, end):
            samples = self._ring.read(hop)
            self.missing += samples is None
            self._writer.write(np.zeros(self._ring.shape, np.float32) if samples is None else samples)
        self._next = end

    def close(self) -> None:
        """Give the file its name; without a hop there is none. Raises AudioFileError."""
        if self._next is None:
            self._writer.discard()
        else:
            self._writer.close()

    def discard(self) -> None:
        """Remove what was written."""
        self._writer.discard()
