"""Frames of the DNA ring to blocks of a recording: consecutive hops heard with the same voices.

It always follows the ring, so that any block can begin with the frames its voices' state depends on (preroll). Such a
key block decodes without any before it: the first is one, one that is asked for, one after lost frames, and one every
KEY_SECONDS. A block ends after BLOCK_HOPS hops, fewer where many harmonics are heard, or BLOCK_SECONDS where that is sooner.
"""

from __future__ import annotations

from collections import deque
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field

from holostream.codec.dna import join
from holostream.codec.dna_ring import MIXED, PRIMING, RingFrame
from holostream.codec.tier import TierFacts
from holostream.format.coded_block import FULL_HOPS, full_hops
from holostream.format.holo_block import DnaBlock, VoiceRun

BLOCK_HOPS, BLOCK_SECONDS = FULL_HOPS, 1.024
"""The longest block: what a crash can cost."""
KEY_SECONDS = 10.0


@dataclass
class _OpenVoice:
    """A voice as followed: frames that may be needed before the next heard one, and those of the block being filled."""

    number: int
    past: deque[RingFrame]
    block: list[RingFrame] = field(default_factory=list)
    preroll: list[RingFrame] = field(default_factory=list)
    starts: bool = True
    known: bool = False
    """It goes on from the block before."""

    def cut_at_gap(self, frame: RingFrame) -> bool:
        """Whether frames are missing before this one; what came before them then says nothing about its state."""
        if not self.past or self.past[-1].hop + 1 == frame.hop:
            return False
        self.past.clear()
        self.known = False
        return True


def is_key(block: DnaBlock) -> bool:
    """Whether it decodes without any block before it."""
    return all(voice.starts for voice in block.voices)


class BlockGatherer:
    """`follow` gives the blocks that are complete, `cut` and `cut_for_key` the one being filled."""

    def __init__(self, tiers: Mapping[int, TierFacts]) -> None:
        self._tiers = tiers
        rate = next(iter(tiers.values())).frames_per_second
        self._longest = self._most_hops = min(BLOCK_HOPS, max(1, round(BLOCK_SECONDS * rate)))
        self._key_hops = round(KEY_SECONDS * rate)
        self._voices: dict[int, _OpenVoice] = {}
        self._heard: list[RingFrame] = []  # the frames of the hop being gathered
        self.hops = 0
        """Of the block being filled."""
        self._fade, self._levels = (0, 0), b""
        self._since_key = 0

    @property
    def gathered(self) -> int | None:
        """The hop being gathered: whether all its voices are known only the next one tells."""
        return self._heard[0].hop if self._heard else None

    @property
    def next_hop(self) -> int | None:
        """The first of the block being filled, or of the next one; None if that is not known."""
        filled = self._filled()
        return filled[0].block[0].hop if filled else self.gathered

    def follow(self, frames: Sequence[RingFrame], lost: int = 0) -> Iterator[DnaBlock]:
        """Take the next frames of the ring; `lost`: so many are missing before them."""
        if lost:
            yield from self.cut()
            self._voices.clear()
            self._heard = []  # another voice of that hop may be among the lost
        for frame in frames:
            if frame.kind != PRIMING and self._heard and self._heard[0].hop != frame.hop:
                yield from self.finish_hop()
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

    def finish_hop(self) -> Iterator[DnaBlock]:
        """All voices of the hop being gathered are known: add it to the block, or begin another if they changed."""
        heard, self._heard = self._heard, []
        if not heard:
            return
        numbers = [frame.voice for frame in heard]
        gaps = [self._voices[frame.voice].cut_at_gap(frame) for frame in heard]
        if [voice.number for voice in self._filled()] != numbers or any(gaps) or self.hops >= self._most_hops:
            yield from self.cut()
        if not self.hops:
            self._begin_block(heard)
        for frame in heard:
            voice = self._voices[frame.voice]
            voice.block.append(frame)
            voice.past.append(frame)
        if heard[-1].kind == MIXED:
            self._levels += bytes([heard[-1].level_to])
        self.hops += 1
        self._since_key += 1
        # What comes next has been primed already, with a higher number.
        for number in [number for number in self._voices if number < numbers[-1] and number not in numbers]:
            del self._voices[number]

    def cut(self) -> Iterator[DnaBlock]:
        """The block being filled as it is, if there is one; the next hop begins another."""
        filled, hops = self._filled(), self.hops
        if not hops:
            return
        runs = tuple(
            VoiceRun(voice.starts, len(voice.preroll), join([frame.dna for frame in voice.preroll + voice.block]))
            for voice in filled
        )
        block = DnaBlock(filled[0].block[0].hop, hops, runs, *self._fade, self._levels)
        self.hops = 0
        for voice in filled:
            voice.block, voice.preroll = [], []
        yield block

    def cut_for_key(self) -> Iterator[DnaBlock]:
        """As `cut`; the next block is a key block."""
        yield from self.cut()
        self._forget()

    def _forget(self) -> None:
        for voice in self._voices.values():
            voice.known = False

    def _filled(self) -> list[_OpenVoice]:
        """The voices of the block being filled, the outgoing one first."""
        return sorted((voice for voice in self._voices.values() if voice.block), key=lambda voice: voice.number)

    def _begin_block(self, heard: list[RingFrame]) -> None:
        if self._since_key >= self._key_hops:
            self._forget()
        self._fade = (heard[-1].fade_hop, heard[-1].fade_hops) if len(heard) == 2 else (0, 0)
        self._levels = bytes([heard[-1].level_from]) if heard[-1].kind == MIXED else b""
        self._most_hops = min(self._longest, full_hops(sum(frame.dna.harmonics * frame.dna.lanes for frame in heard)))
        voices = [self._voices[frame.voice] for frame in heard]
        for voice in voices:
            voice.starts, voice.preroll = not voice.known, [] if voice.known else list(voice.past)
            voice.known = True
        if all(voice.starts for voice in voices):
            self._since_key = 0
