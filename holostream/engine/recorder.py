"""Records what is heard: frames from the DNA ring to a `.holo`, block by block, in the control process.

It always follows the ring, so that a recording can begin with the frames its first voice's state depends on
(preroll). A file gets a block at least every BLOCK_HOPS hops, or BLOCK_SECONDS where that is sooner; after `kill -9`
everything but the last is in it. What happened in a block's hops is written with it: see `event_lane`.
"""

from __future__ import annotations

from collections import deque
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import BinaryIO, cast

from holostream import __version__
from holostream.codec.dna import join
from holostream.codec.dna_ring import MIXED, PRIMING, RingFrame
from holostream.codec.tier import TierFacts
from holostream.engine.applied_ring import AppliedCommand
from holostream.engine.event_lane import EventLane
from holostream.format.coded_block import FULL_HOPS
from holostream.format.entropy_tables import EntropyTables
from holostream.format.holo_block import DnaBlock, VoiceRun
from holostream.format.holo_file import HoloHeader, HoloWriter
from holostream.format.replay import CHECKSUM_DIGITS

BLOCK_HOPS, BLOCK_SECONDS = FULL_HOPS, 1.024
"""The longest block: what a crash can cost."""


@dataclass(frozen=True)
class RecordingStatus:
    """Of a running recording: heard seconds and bytes on disk, frames that came too late to be read from the ring."""

    path: Path
    seconds: float
    bytes: int
    lost_frames: int


@dataclass(frozen=True)
class Marker:
    """As set: the recording's `number`-th, so long after its beginning."""

    number: int
    seconds: float


@dataclass
class _OpenVoice:
    """A voice as followed: frames that may be needed before the next heard one, and those of the block being filled."""

    number: int
    past: deque[RingFrame]
    block: list[RingFrame] = field(default_factory=list)
    preroll: list[RingFrame] = field(default_factory=list)
    starts: bool = True
    recorded: bool = False

    def cut_at_gap(self, frame: RingFrame) -> bool:
        """Whether frames are missing before this one; what came before them then says nothing about its state."""
        if not self.past or self.past[-1].hop + 1 == frame.hop:
            return False
        self.past.clear()
        self.recorded = False
        return True


class Recorder:
    """Give it every frame and command in order (`follow`); `start` and `stop` a recording, `mark` it at any time."""

    def __init__(
        self, tiers: dict[int, TierFacts], lanes: int, tables: Mapping[int, EntropyTables] | None = None
    ) -> None:
        self._tiers, self._lanes, self._tables = tiers, lanes, tables or {}
        self._facts = next(iter(tiers.values()))
        self._most_hops = min(BLOCK_HOPS, max(1, round(BLOCK_SECONDS * self._facts.frames_per_second)))
        self._lane = EventLane(self._facts.hop)
        self._voices: dict[int, _OpenVoice] = {}
        self._file: BinaryIO | None = None
        self._writer: HoloWriter | None = None
        self._path = Path()
        self._lost = self._markers = 0
        self._first_hop: int | None = None
        self._last_hop = -1
        self._heard: list[RingFrame] = []  # the frames of the hop being gathered
        self._block_hops = 0
        self._fade, self._levels = (0, 0), b""

    @property
    def status(self) -> RecordingStatus | None:
        """None while nothing is recorded."""
        if self._writer is None:
            return None
        hops = self._writer.hops + self._block_hops
        return RecordingStatus(self._path, hops / self._facts.frames_per_second, self._writer.bytes, self._lost)

    def start(self, path: Path) -> None:
        """Begin with the hop being gathered. An existing file is never overwritten. Raises OSError."""
        self.stop()
        facts = self._facts
        file = cast(BinaryIO, open(path, "xb", buffering=0))  # noqa: SIM115 (lives as long as the recording)
        models = {str(harmonics): tier.checksum[:CHECKSUM_DIGITS] for harmonics, tier in self._tiers.items()}
        header = HoloHeader(
            facts.family,
            facts.rate,
            facts.hop,
            facts.chunk,
            self._lanes,
            models,
            software=f"holostream {__version__}",
            tables={str(harmonics): tables.digest for harmonics, tables in self._tables.items()},
        )
        try:
            self._writer = HoloWriter(file, header, self._tables)
        except OSError:
            file.close()
            raise
        self._file, self._path, self._first_hop = file, path, None
        self._lost = self._markers = self._block_hops = 0
        for voice in self._voices.values():
            voice.recorded, voice.block = False, []

    def stop(self, last_hop_complete: bool = False) -> None:
        """Write what is left and close the file. The hop being gathered counts only if the engine has ended and
        nothing more of it can come. Raises OSError if the disk does not take it; closed all the same."""
        if self._writer is None or self._file is None:
            return
        writer, file = self._writer, self._file
        try:
            if last_hop_complete and self._heard:
                self._finish_hop()
            self._write_block(last=True)
            writer.finish()
        finally:
            self._writer = self._file = None
            file.close()

    def mark(self, hop: int, text: str = "") -> Marker | None:
        """Set a marker at the beginning of a hop, or of the one being gathered if that is later. None while nothing is
        recorded. Raises ValueError if the text is too long for a file."""
        if self._writer is None:
            return None
        if self._heard:
            hop = max(hop, self._heard[0].hop)
        self._lane.mark(hop, text)
        self._markers += 1
        first = self._first_hop
        if first is None:  # it is going to be the one being gathered
            first = self._heard[0].hop if self._heard else hop
        return Marker(self._markers, (hop - first) / self._facts.frames_per_second)

    def follow(self, frames: list[RingFrame], lost: int = 0, commands: Iterable[AppliedCommand] = ()) -> None:
        """Take the next frames of the ring, and the commands applied since the last time, all of the frames' hops among
        them. Raises OSError if the disk is full: call `abandon` then."""
        self._lane.add(commands)
        if lost:
            self._lost += lost
            self._write_block()
            self._voices.clear()
            self._heard = []  # another voice of that hop may be among the lost
        for frame in frames:
            if frame.kind != PRIMING and self._heard and self._heard[0].hop != frame.hop:
                self._finish_hop()
            if (frame.fade_hops or frame.kind == MIXED) and not self._heard:
                continue  # the first voice of this hop was lost
            voice = self._voices.get(frame.voice)
            if voice is None:
                context = self._tiers[frame.dna.harmonics].context_frames
                voice = self._voices[frame.voice] = _OpenVoice(frame.voice, deque(maxlen=max(1, context)))
            if frame.kind == PRIMING:
                voice.cut_at_gap(frame)
                voice.past.append(frame)
            else:
                self._heard.append(frame)

    def abandon(self) -> None:
        """Close the file with what the disk has taken."""
        if self._file is not None:
            self._file.close()
        self._writer = self._file = None
        self._block_hops = 0

    def _finish_hop(self) -> None:
        """All voices of one hop are known: add the hop to the block, or begin another block if they changed."""
        heard, self._heard = self._heard, []
        numbers = [frame.voice for frame in heard]
        gaps = [self._voices[frame.voice].cut_at_gap(frame) for frame in heard]
        hop = heard[0].hop
        if self._writer is None:
            self._lane.take(hop)  # nobody keeps it, but the values go on
        else:
            filling = [voice.number for voice in self._filled()]
            if filling != numbers or any(gaps) or self._block_hops >= self._most_hops:
                self._write_block()
            if not self._block_hops:
                self._begin_block(heard)
            for frame in heard:
                self._voices[frame.voice].block.append(frame)
            if heard[-1].kind == MIXED:
                self._levels += bytes([heard[-1].level_to])
            self._block_hops += 1
            self._last_hop = hop
        for frame in heard:
            self._voices[frame.voice].past.append(frame)
        # What comes next has been primed already, with a higher number.
        for number in [number for number in self._voices if number < numbers[-1] and number not in numbers]:
            del self._voices[number]

    def _filled(self) -> list[_OpenVoice]:
        """The voices of the block being filled, the outgoing one first."""
        return sorted((voice for voice in self._voices.values() if voice.block), key=lambda voice: voice.number)

    def _begin_block(self, heard: list[RingFrame]) -> None:
        if self._first_hop is None:
            self._first_hop = heard[0].hop
            self._lane.begin(self._first_hop)
        self._fade = (heard[-1].fade_hop, heard[-1].fade_hops) if len(heard) == 2 else (0, 0)
        self._levels = bytes([heard[-1].level_from]) if heard[-1].kind == MIXED else b""
        for frame in heard:
            voice = self._voices[frame.voice]
            voice.starts = not voice.recorded
            voice.preroll = [] if voice.recorded else list(voice.past)
            voice.recorded = True

    def _write_block(self, last: bool = False) -> None:
        if self._writer is None:
            return
        events = self._lane.take_last(self._last_hop) if last else self._lane.take(self._last_hop)
        if not self._block_hops:
            if events:
                self._writer.write_events(events)
            return
        filled = self._filled()
        runs = tuple(
            VoiceRun(voice.starts, len(voice.preroll), join([frame.dna for frame in voice.preroll + voice.block]))
            for voice in filled
        )
        block = DnaBlock(filled[0].block[0].hop, self._block_hops, runs, *self._fade, self._levels)
        self._block_hops = 0
        for voice in filled:
            voice.block, voice.preroll = [], []
        self._writer.write(block, events)
