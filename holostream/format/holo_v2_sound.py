"""The sound of a `.holo` of version 2, from any sample on: its chunks do not depend on each other."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Self

from holostream.codec.holo_audio import sound_of
from holostream.codec.tier_model import load_tier
from holostream.format.holo_error import HoloFormatError
from holostream.format.holo_v2 import HoloV2Reader
from holostream.format.open_holo import open_holo
from holostream.format.recorded_sound import Piece, never

PIECE_CHUNKS = 256


class HoloV2Sound:
    """See `RecordedSound`. Raises HoloFormatError, ModelError, OSError."""

    lanes = original_channels = 1

    def __init__(self, path: Path, models: Path) -> None:
        self.name, self._size = str(path), path.stat().st_size
        self._file = open_holo(path)
        try:
            header = HoloV2Reader(self._file, self._size, self.name).header
            if not header.chunks:
                raise HoloFormatError(f"{path} holds no sound: it announces 0 chunks")
            self._model = load_tier(models, header.harmonics)
        except BaseException:
            self._file.close()
            raise
        self.rate = self.original_rate = header.rate
        self.length = header.chunks * self._model.facts.chunk
        self.original_length: int | None = self.length
        self.markers: list[tuple[int, str]] = []
        self.tags: dict[str, str] = {}
        self.remarks: list[str] = []

    def pieces(self, start: int = 0, wait: Callable[[], bool] = never) -> Iterator[Piece]:
        """See `RecordedSound`."""
        self._file.seek(0)
        reader = HoloV2Reader(self._file, self._size, self.name)
        header, chunk, at = reader.header, self._model.facts.chunk, 0
        for codes in reader.codes(PIECE_CHUNKS):
            skipped = min(len(codes), max(0, start - at) // chunk)
            at += skipped * chunk
            if skipped < len(codes):
                sound = sound_of(self._model, codes[skipped:], header.smallest, header.largest).reshape(1, -1)
                kept = sound[:, max(0, start - at) :]
                at += sound.shape[1]
                yield Piece(at - kept.shape[1], kept, header.harmonics)

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *error: object) -> None:
        self._file.close()
