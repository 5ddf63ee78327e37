"""Records what is heard to a `.holo`, block by block, in the control process, and keeps the last minutes in memory.

Frames of the DNA ring become blocks (see `block_gatherer`), and what happened in their hops goes with them (`event_lane`);
each is packed once, for the file and the `spool`. After `kill -9` everything but the last block is in the file.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import BinaryIO, cast

from holostream import __version__
from holostream.codec.dna_ring import RingFrame
from holostream.codec.tier import TierFacts
from holostream.codec.tier_model import version_name
from holostream.engine.applied_ring import AppliedCommand
from holostream.engine.block_gatherer import BlockGatherer, is_key
from holostream.engine.event_lane import EventLane
from holostream.engine.spool import PackedBlock, Spool
from holostream.format.entropy_tables import EntropyTables
from holostream.format.holo_block import DnaBlock
from holostream.format.holo_events import Event
from holostream.format.holo_file import HoloWriter, pack_block, pack_event_blocks
from holostream.format.holo_header import HoloHeader
from holostream.format.in_the_making import mark_in_the_making


@dataclass(frozen=True)
class RecordingStatus:
    """Of a running recording: heard seconds and bytes on disk, frames that came too late to be read from the ring."""

    path: Path
    seconds: float
    bytes: int
    lost_frames: int


@dataclass(frozen=True)
class KeptStatus:
    """What a capture would hold: heard seconds, and the memory they take."""

    seconds: float
    bytes: int


@dataclass(frozen=True)
class Marker:
    """As set: the recording's `number`-th, so long after its beginning."""

    number: int
    seconds: float


class Recorder:
    """Give it every frame and command in order (`follow`); `start` and `stop` a recording, `mark` it at any time."""

    def __init__(
        self,
        tiers: dict[int, TierFacts],
        lanes: int,
        tables: Mapping[int, EntropyTables] | None = None,
        keep_seconds: float = 0.0,
        offset_kept: bool = False,
    ) -> None:
        """`keep_seconds`: how much of what was heard is kept in memory whether or not it is recorded; `offset_kept`: as in the
        header."""
        self._tables = tables or {}
        facts = self._facts = next(iter(tiers.values()))
        self.header = HoloHeader(
            facts.family,
            facts.rate,
            facts.hop,
            facts.chunk,
            lanes,
            {str(harmonics): version_name(tier) for harmonics, tier in tiers.items()},
            software=f"holostream {__version__}",
            tables={str(harmonics): chosen.digest for harmonics, chosen in self._tables.items()},
            offset_kept=offset_kept,
        )
        self._gatherer, self._lane = BlockGatherer(tiers), EventLane(facts.hop, facts.frames_per_second)
        self._spool = Spool(round(keep_seconds * facts.frames_per_second)) if keep_seconds > 0 else None
        self._between = b""
        """Packed events that no block could take with it: the next one does."""
        self._file: BinaryIO | None = None
        self._writer: HoloWriter | None = None
        self._path = Path()
        self._lost = self._markers = 0
        self._failure: OSError | None = None
        self.span: tuple[int, int] | None = None
        """First hop on disk, and the hop that follows the last, of the recording or the one before; None: none yet."""

    @property
    def status(self) -> RecordingStatus | None:
        """None while nothing is recorded."""
        writer = self._writer  # another thread may stop it meanwhile
        if writer is None:
            return None
        seconds = (writer.hops + self._gatherer.hops) / self._facts.frames_per_second
        return RecordingStatus(self._path, seconds, writer.bytes, self._lost)

    @property
    def kept(self) -> KeptStatus | None:
        """None if nothing is to be kept."""
        if self._spool is None:
            return None
        hops = self._spool.hops + self._gatherer.hops
        return KeptStatus(hops / self._facts.frames_per_second, self._spool.bytes)

    def start(self, path: Path) -> None:
        """Begin with the hop being gathered. An existing file is never overwritten. Raises OSError."""
        self.stop()
        file = cast(BinaryIO, open(path, "xb", buffering=0))  # noqa: SIM115 (lives as long as the recording)
        try:
            mark_in_the_making(file)
            writer = HoloWriter(file, self.header)
        except OSError as error:
            file.close()
            path.unlink()  # nothing is in it, and the name stays free
            raise OSError(error.errno, error.strerror, str(path)) from error
        self._take(self._gatherer.cut_for_key())
        self._file, self._writer, self._path, self.span = file, writer, path, None
        self._lost = self._markers = 0

    def stop(self, last_hop_complete: bool = False) -> None:
        """Write what is left and close the file. The hop being gathered counts only if the engine has ended and
        nothing more of it can come. Raises OSError if the disk does not take it; closed all the same."""
        if self._writer is None:
            return
        try:
            if last_hop_complete:
                self._take(self._gatherer.finish_hop())
            if self._gatherer.hops:
                self._take(self._gatherer.cut(), last=True)
            elif self._writer is not None:
                events = self._lane.take_last(-1 if self.span is None else self.span[1] - 1)
                self._between += pack_event_blocks(events)
                self._writer.write_events(events)
            self._raise_failure()
            self._writer.finish()
        finally:
            self.abandon()

    def mark(self, hop: int, text: str = "") -> Marker | None:
        """Set a marker at the beginning of a hop, or of the one being gathered if that is later. None while nothing is
        recorded; what is kept has it all the same. Raises ValueError if the text is too long for a file."""
        if self._writer is None and self._spool is None:
            return None
        hop = max(hop, self._gatherer.gathered or hop)
        self._lane.mark(hop, text)
        if self._writer is None:
            return None
        self._markers += 1
        first = self._writer.first_hop
        if first is None:  # it is going to be the first that is gathered
            first = hop if self._gatherer.next_hop is None else self._gatherer.next_hop
        return Marker(self._markers, (hop - first) / self._facts.frames_per_second)

    def follow(self, frames: list[RingFrame], lost: int = 0, commands: Iterable[AppliedCommand] = ()) -> None:
        """Take the next frames of the ring, and the commands applied since the last time, all of the frames' hops among
        them. Raises OSError if the disk is full: the file is closed then, and everything is followed all the same."""
        self._lane.add(commands)
        self._lost += lost
        self._take(self._gatherer.follow(frames, lost))
        self._raise_failure()

    def captured(self) -> list[PackedBlock]:
        """What is kept, up to now, to be written with `capture`: it decodes without what came before it."""
        self._take(self._gatherer.cut())
        return self._spool.blocks() if self._spool is not None else []

    def abandon(self) -> None:
        """Close the file with what the disk has taken."""
        file, self._file, self._writer = self._file, None, None
        if file is not None:
            file.close()

    def _raise_failure(self) -> None:
        failure, self._failure = self._failure, None
        if failure is not None:
            raise failure

    def _take(self, blocks: Iterable[DnaBlock], last: bool = False) -> None:
        """Pack complete blocks with what happened in them; `last`: of the recording."""
        for block in blocks:
            first, end = block.first_hop, block.first_hop + block.hops
            missed: list[Event] = []
            state: list[Event] | None = None
            if is_key(block):
                missed, state = self._lane.skip_to(first), self._lane.state(first)
            events = self._lane.take_last(end - 1) if last else self._lane.take(end - 1)
            if self._writer is None and self._spool is None:
                continue  # nobody keeps it, but the values go on
            packed = PackedBlock(
                first,
                block.hops,
                pack_block(block, self._tables),
                pack_event_blocks(events),
                None if state is None else pack_event_blocks(state),
                self._between + pack_event_blocks(missed),
            )
            self._between = b""
            if self._spool is not None:
                self._spool.add(packed)
            self._write(packed)

    def _write(self, block: PackedBlock) -> None:
        if self._writer is None:
            return
        try:
            before = block.before(begins_file=self.span is None)
            self._writer.write_packed(block.frames, block.first_hop, block.hops, before)
        except OSError as error:  # told once all is followed: what is kept must not have a gap
            self._failure = error
            self.abandon()
            return
        self.span = (block.first_hop if self.span is None else self.span[0], block.first_hop + block.hops)
