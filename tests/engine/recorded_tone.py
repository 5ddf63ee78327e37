"""A recording without a file: a glide, as a `RecordedSound`, and a player of what a ring holds."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from typing import Self

import numpy as np

from holostream.engine.playback_input import PlaybackInput
from holostream.engine.playback_ring import PlaybackRing, playback_bytes
from holostream.format.holo_error import HoloFormatError
from holostream.format.recorded_sound import Piece, never

RATE = 48000
PIECE = 6000


def glide(seconds: float, lanes: int = 1) -> np.ndarray:
    """(lanes, n): a smooth sound that is nowhere the same."""
    at = np.arange(round(seconds * RATE)) / RATE
    sound = 0.5 * np.sin(2 * np.pi * (200 * at + 40 * at**2)) + 0.1 * np.sin(2 * np.pi * 0.37 * at)
    return np.stack([sound * (1 - 0.5 * lane) for lane in range(lanes)]).astype(np.float32)


class RecordedTone:
    """`samples` (lanes, n); damaged from sample `damage` on; `grown`: how much of it is there already."""

    name = "tone.holo"
    rate = original_rate = RATE
    original_length: int | None = None

    def __init__(self, samples: np.ndarray, damage: int | None = None, grown: Callable[[], int] | None = None) -> None:
        self.samples, self._damage, self._grown = samples, damage, grown
        self.lanes = self.original_channels = len(samples)
        self.length = samples.shape[1] if grown is None else grown()
        self.markers: list[tuple[int, str]] = [(RATE, "one"), (2 * RATE, "two"), (3 * RATE, "three")]
        self.remarks: list[str] = []
        self.tags: dict[str, str] = {}
        self.opened = 0

    def pieces(self, start: int = 0, wait: Callable[[], bool] = never) -> Iterator[Piece]:
        self.opened += 1
        at = start
        while at < self.samples.shape[1]:
            there = self.samples.shape[1] if self._grown is None else self._grown()
            self.length = there
            if at >= there:
                if not wait():
                    return
                continue
            if self._damage is not None and at >= self._damage:
                raise HoloFormatError("tone.holo is damaged at byte 4000")
            end = min(there, at - at % PIECE + PIECE)
            yield Piece(at, self.samples[:, at:end], 64 if at < RATE else 16)
            at = end

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *error: object) -> None: ...


class Listener:
    """The reader's side, without an engine: `hear` takes samples, `heard` keeps all of them."""

    def __init__(self, lanes: int = 1) -> None:
        buffer = bytearray(playback_bytes(lanes))
        self.ring, self.input = PlaybackRing(buffer, lanes), PlaybackInput(PlaybackRing(buffer, lanes))
        self.heard = np.zeros((lanes, 0), np.float32)

    def hear(self, samples: int, block: int = 128) -> np.ndarray:
        """(lanes, samples) more."""
        blocks = [self.input.take(min(block, samples - done)) for done in range(0, samples, block)]
        more = np.concatenate(blocks, axis=1)
        self.heard = np.concatenate((self.heard, more), axis=1)
        return more


def largest_step(sound: np.ndarray) -> float:
    """Between neighbouring samples: a click is a large one."""
    return float(np.abs(np.diff(sound, axis=1)).max())
