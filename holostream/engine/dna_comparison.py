"""Whether DNA that is made again is the recorded one, frame by frame."""

from __future__ import annotations

from collections.abc import Iterable, Iterator

from holostream.codec.dna import Dna
from holostream.codec.dna_ring import HEARD, RingFrame
from holostream.format.holo_block import DnaBlock

_Frame = tuple[int, int, int, Dna]
"""Hop, how far a fade-in is, of how many hops, one frame; of a hop's two voices the outgoing one first."""


class DnaComparison:
    """Give it the frames of the ring in order (`compare`); it reads the recording's along with them."""

    def __init__(self, blocks: Iterable[DnaBlock]) -> None:
        self._recorded = _frames(blocks)
        self.frames = 0
        self.differs_from: int | None = None
        """The first hop that is not as recorded."""

    def compare(self, frames: Iterable[RingFrame]) -> None:
        """What comes next; nothing more is looked at after a difference."""
        for made in frames:
            if made.kind != HEARD:
                continue
            if self.differs_from is not None:
                return
            hop, fade_hop, fade_hops, dna = next(self._recorded, (made.hop, -1, -1, made.dna))
            same_place = (made.hop, made.fade_hop, made.fade_hops) == (hop, fade_hop, fade_hops)
            if not same_place or not made.dna.equals(dna):
                self.differs_from = min(hop, made.hop)
            self.frames += 1


def _frames(blocks: Iterable[DnaBlock]) -> Iterator[_Frame]:
    for block in blocks:
        for at in range(block.hops):
            for place, voice in enumerate(block.voices):
                fade = (block.fade_first + at, block.fade_hops) if place else (0, 0)
                yield block.first_hop + at, *fade, voice.dna.part(voice.preroll + at, voice.preroll + at + 1)
