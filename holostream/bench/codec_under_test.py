"""What a codec is to the quality bench: a named setting that turns a sound into bits and back."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path
from typing import Protocol

import numpy as np

from holostream.error import HolostreamError
from holostream.format.audio_reader import read_whole

RATE = 48000
"""All sounds are compared at it, mono."""
LONGEST_SECONDS = 3600.0


class CodecError(HolostreamError):
    """A codec cannot code a sound with these settings, or is not installed; the message says what to do."""


@dataclass(frozen=True)
class Coded:
    """`sound`: (n,) float32 at RATE, decoded, its delay not yet removed. Bits without and with the file's container."""

    sound: np.ndarray
    payload_bits: int
    file_bits: int


class CodecUnderTest(Protocol):
    """One codec at one setting. Must be a value (frozen, picklable): it is sent to other processes.

    series       what it belongs to, a line in a plot: "Opus 20 ms"
    setting      which point of it: "24"
    aligns       whether its delay must be found and removed; ours must be aligned by itself
    """

    @property
    def series(self) -> str: ...

    @property
    def setting(self) -> str: ...

    @property
    def aligns(self) -> bool: ...

    def identity(self) -> str | None:
        """Everything its result depends on besides the sound; None if that may change unseen: never cached."""

    def code(self, source: Path, folder: Path) -> Coded:
        """Code and decode a WAV (mono, RATE), leaving files in `folder`. Raises CodecError."""


def read_sound(path: Path, at_most_seconds: float = LONGEST_SECONDS) -> np.ndarray:
    """(n,) float32, mono at RATE. Raises AudioFileError."""
    return read_whole(path, RATE, 1, at_most_seconds)[0]
