"""The sound of a `.holo` of version 3, from any sample on."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Self

from holostream.codec.tier_model import TierModel, load_tier, present_tiers, read_facts
from holostream.format.block_index import BlockIndex
from holostream.format.holo_events import MARKER
from holostream.format.holo_file import HoloReader
from holostream.format.in_the_making import in_the_making
from holostream.format.open_holo import open_holo
from holostream.format.recorded_sound import Piece, never
from holostream.format.replay import Replay


class HoloSound:
    """See `RecordedSound`. Raises HoloFormatError, OSError."""

    def __init__(self, path: Path, models: Path) -> None:
        self.name, self._models = str(path), models
        self._tiers: dict[int, TierModel] = {}
        self._file = open_holo(path)
        try:
            self._reader = HoloReader(self._file, self.name, models)
            self._read_index()
        except BaseException:
            self._file.close()
            raise
        header = self._reader.header
        self.rate, self.lanes, self.tags = header.rate, header.lanes, header.tags
        self.original_rate = header.original_rate or header.rate
        self.original_channels = min(2, header.original_channels) or header.lanes
        # A header that promises more than there is must not be believed: the rest would be silence, however long.
        there = -(-self._samples * self.original_rate // self.rate)
        self.original_length = min(header.original_length, max(0, there)) or None
        self.remarks: list[str] = []

    def _read_index(self) -> None:
        header = self._reader.header
        self._index = self._reader.index()
        first, end = self._index.first_hop, self._index.end_hop
        self._samples = (end - first) * header.hop - header.lead
        self.length = self._within_original(self._samples)
        origin = first * header.hop + header.lead
        self.markers = sorted((max(0, event.time - origin), str(event.value)) for event in self._reader.events(MARKER))

    def _within_original(self, samples: int) -> int:
        """The last hop holds more than the audio file that was encoded."""
        header = self._reader.header
        if header.original_length and header.original_rate:
            samples = min(samples, -(-header.original_length * header.rate // header.original_rate))
        return max(0, samples)

    def _tier(self, harmonics: int) -> TierModel:
        """Loaded once: loading takes longer than to decode what is heard first after a jump."""
        if harmonics not in self._tiers:
            self._tiers[harmonics] = load_tier(self._models, harmonics, self._version_of(harmonics))
        return self._tiers[harmonics]

    def _version_of(self, harmonics: int) -> str | None:
        return self._reader.header.models.get(str(harmonics))

    def _context_frames(self) -> int:
        """The most that any tier of the recording depends on; one that is missing is told when it is needed."""
        frames = [0]
        for harmonics in present_tiers(self._models):
            if str(harmonics) in self._reader.header.models:
                frames.append(read_facts(self._models, harmonics, self._version_of(harmonics)).context_frames)
        return max(frames)

    def pieces(self, start: int = 0, wait: Callable[[], bool] = never) -> Iterator[Piece]:
        """See `RecordedSound`."""
        reader, header = self._reader, self._reader.header
        if wait is not never:
            self._read_index()
        replay = Replay(header, self._tier)
        hop, first = header.hop, self._index.first_hop if self._index.hops else None
        # From its beginning a file is read without its index, which may be as damaged as anything.
        index = self._index if start else BlockIndex()
        reader.seek(index, index.first_hop + (start + header.lead) // hop, self._context_frames() if start else 0)
        at: int | None = None
        for block in reader.blocks(wait):
            first = block.first_hop if first is None else first
            if at is None:
                at = (block.first_hop - first) * hop - header.lead
            for samples in replay.decode(block):
                kept = samples[:, max(0, start - at) :]
                at += samples.shape[1]
                if wait is not never:
                    self.length = max(self.length, self._within_original(at))
                if kept.shape[1]:
                    yield Piece(at - kept.shape[1], kept, block.voices[-1].dna.harmonics)
        self.remarks = self._remarks()

    def _remarks(self) -> list[str]:
        torn, behind = self._reader.torn_bytes, self._reader.bytes_behind
        if behind:
            return [f"{self.name} goes on for {behind} bytes behind its end, as if another file were appended; they were left out"]
        if torn:
            return [f"{self.name} breaks off: its last {torn} bytes are no whole block and were left out"]
        if self._reader.finished:
            return []
        if in_the_making(Path(self.name)):
            return [f"{self.name} is still being recorded; what there was of it was decoded"]
        return [f"{self.name} was not closed (the recording was cut off); everything in it was decoded"]

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *error: object) -> None:
        self._file.close()
