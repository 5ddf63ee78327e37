"""Whether DNA that is made again is the recorded one, frame by frame."""

from __future__ import annotations

from collections.abc import Iterable, Iterator

from holostream.codec.dna import Dna
from holostream.codec.dna_ring import PRIMING, RingFrame
from holostream.format.holo_block import DnaBlock

_Mix = tuple[int, int, int, int]
"""How far a fade-in is, of how many hops; the levels of a morph's second voice."""
_Frame = tuple[int, _Mix, Dna]
"""Hop, its mix, one frame; of a hop's two voices the first one first."""


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
            if made.kind == PRIMING:
                continue
            if self.differs_from is not None:
                return
            mix = made.fade_hop, made.fade_hops, made.level_from, made.level_to
            hop, known, dna = next(self._recorded, (made.hop, None, made.dna))
            if (hop, known) != (made.hop, mix) or not made.dna.equals(dna):
                self.differs_from = min(hop, made.hop)
            self.frames += 1


def _frames(blocks: Iterable[DnaBlock]) -> Iterator[_Frame]:
    for block in blocks:
        for at in range(block.hops):
            for place, voice in enumerate(block.voices):
                mix = (0, 0, 0, 0)
                if place and block.levels:
                    mix = 0, 0, block.levels[at], block.levels[at + 1]
                elif place:
                    mix = block.fade_first + at, block.fade_hops, 0, 0
                yield block.first_hop + at, mix, voice.dna.part(voice.preroll + at, voice.preroll + at + 1)
