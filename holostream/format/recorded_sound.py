"""What playing, decoding and exporting ask of a recording, whatever its version: its sound from any sample on."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import dataclass
from typing import Protocol, Self

import numpy as np


@dataclass(frozen=True)
class Piece:
    """Decoded sound: `samples` (lanes, n) float32, the first of them `start` samples after the recording's beginning;
    `harmonics` is the tier it was recorded with."""

    start: int
    samples: np.ndarray
    harmonics: int


def never() -> bool:
    """Nothing more is waited for."""
    return False


class RecordedSound(Protocol):
    """An open recording, for one user at a time. A context manager that closes the file."""

    name: str
    rate: int
    """Of the pieces, Hz."""
    lanes: int
    length: int
    """Samples at `rate`, as far as is known now: that of a file that still grows grows with it."""
    original_rate: int
    """Of the audio file to make of it."""
    original_channels: int
    original_length: int | None
    """Frames at `original_rate`; None: as many as there are."""
    markers: list[tuple[int, str]]
    """(sample at `rate`, text) in order."""
    tags: dict[str, str]
    """Title, artist, comment and what else there is."""
    remarks: list[str]
    """What the user should know of the file once all of it was read."""

    def pieces(self, start: int = 0, wait: Callable[[], bool] = never) -> Iterator[Piece]:
        """From sample `start` on, exactly as when decoded from the beginning. Another call ends this one.

        The last pieces may go beyond `length`. At the end of a file that is still being written `wait` is called: it
        may wait, and tells whether to look again. Raises HoloFormatError, ModelError, OSError.
        """

    def __enter__(self) -> Self: ...
    def __exit__(self, *error: object) -> None: ...
