"""What was heard and encoded lately, by hop: where freeze, loop, reverse or scrub find their frames.

The newest `hops` hops are remembered in a ring. A move that holds on to a stretch of sound for longer has it kept, one hop
each hop, in a second ring that only such moves write. Each tier has the codes it made itself; a frame that a tier has not
made, because another one was playing then, is encoded from the sound of that time when it is asked for.
"""

from __future__ import annotations

from array import array
from collections.abc import Iterable

import numpy as np

from holostream.codec.tier import TierFacts
from holostream.codec.tier_step import TierStep

NEVER = -(1 << 62)


class _Ring:
    """A row of an array for each of the newest hops; `has` tells whether a hop is in it."""

    def __init__(self, hops: int, row: tuple[int, ...], kind: type) -> None:
        self._hops = hops
        self._rows: np.ndarray = np.empty((hops, *row), kind)
        self._rows.fill(0)  # all pages are there before sound starts: none is fetched in the callback
        self._hop_of = array("q", [NEVER]) * hops

    def has(self, hop: int) -> bool:
        return self._hop_of[hop % self._hops] == hop

    def store(self, hop: int, row: np.ndarray) -> None:
        place = hop % self._hops
        self._rows[place] = row
        self._hop_of[place] = hop

    def read(self, hop: int) -> np.ndarray:
        return self._rows[hop % self._hops]


class Memory:
    """Of all tiers of a path."""

    def __init__(self, facts: Iterable[TierFacts], lanes: int, hops: int) -> None:
        known = list(facts)
        self._sound, self._kept_sound = (_Ring(hops, (lanes, known[0].chunk), np.float32) for _ in range(2))
        self._codes, self._kept_codes = (
            {tier.harmonics: _Ring(hops, (lanes * (1 + 2 * tier.harmonics),), np.uint8) for tier in known}
            for _ in range(2)
        )

    def store_chunk(self, hop: int, chunk: np.ndarray) -> None:
        """(lanes, chunk) samples that ended with this hop."""
        self._sound.store(hop, chunk)

    def store_codes(self, hop: int, runner: TierStep) -> None:
        """What a tier has just made of that chunk."""
        self._codes[runner.facts.harmonics].store(hop, runner.row)

    def keep(self, hop: int) -> None:
        """Copy a hop that is still remembered to where it stays until `hops` others have been kept."""
        if self._sound.has(hop) and not self._kept_sound.has(hop):
            self._kept_sound.store(hop, self._sound.read(hop))
            for harmonics, codes in self._codes.items():
                if codes.has(hop):
                    self._kept_codes[harmonics].store(hop, codes.read(hop))

    def rows(self, hops: range, runner: TierStep) -> list[np.ndarray]:
        """A tier's codes of these hops, a row each; of one that was never heard, or forgotten, those of silence."""
        harmonics = runner.facts.harmonics
        kept, recent = self._kept_codes[harmonics], self._codes[harmonics]
        for codes, sound in ((kept, self._kept_sound), (recent, self._sound)):
            # All in one go, or a jump into the past of another tier would be by far the longest hop of all.
            if missing := [hop for hop in hops if sound.has(hop) and not (codes.has(hop) or kept.has(hop))]:
                made = runner.encode_aside(np.stack([sound.read(hop) for hop in missing], axis=1))
                for hop, row in zip(missing, made, strict=True):
                    codes.store(hop, row)
        return [
            kept.read(hop) if kept.has(hop) else recent.read(hop) if recent.has(hop) else np.zeros_like(runner.row)
            for hop in hops
        ]
