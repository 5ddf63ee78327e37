"""What was heard and encoded lately, by hop: where freeze, loop, reverse or scrub find their frames.

The newest `hops` hops are remembered in a ring. A move that holds on to a stretch of sound for longer has it kept, one hop
each hop, in a ring that only such moves write; a loop has one of its own, for other moves come and go while it is held. Each
tier has the codes it made itself; a frame that a tier has not made, because another one was playing then, is encoded from
the sound of that time when it is asked for.
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


class _Frames:
    """Sound, (lanes, chunk) a hop, and every tier's rows of codes of it."""

    def __init__(self, facts: list[TierFacts], lanes: int, hops: int) -> None:
        self.sound = _Ring(hops, (lanes, facts[0].chunk), np.float32)
        self.codes = {tier.harmonics: _Ring(hops, (lanes * (1 + 2 * tier.harmonics),), np.uint8) for tier in facts}

    def copy(self, hop: int, source: _Frames) -> None:
        """If it is there and not here."""
        if source.sound.has(hop) and not self.sound.has(hop):
            self.sound.store(hop, source.sound.read(hop))
            for harmonics, codes in source.codes.items():
                if codes.has(hop):
                    self.codes[harmonics].store(hop, codes.read(hop))


class Memory:
    """Of all tiers of a path."""

    def __init__(self, facts: Iterable[TierFacts], lanes: int, hops: int) -> None:
        known = list(facts)
        self._recent, self._kept, self._looped = (_Frames(known, lanes, hops) for _ in range(3))

    def store_chunk(self, hop: int, chunk: np.ndarray) -> None:
        """(lanes, chunk) samples that ended with this hop."""
        self._recent.sound.store(hop, chunk)

    def store_codes(self, hop: int, runner: TierStep) -> None:
        """What a tier has just made of that chunk."""
        self._recent.codes[runner.facts.harmonics].store(hop, runner.row)

    def keep(self, hop: int) -> None:
        """Copy a hop that is still remembered to where it stays until `hops` others have been kept."""
        self._kept.copy(hop, self._recent)

    def keep_looped(self, hop: int) -> None:
        """The same, for as many others of loops."""
        self._looped.copy(hop, self._recent)

    def rows(self, hops: range, runner: TierStep) -> list[np.ndarray]:
        """A tier's codes of these hops, a row each; of one that was never heard, or forgotten, those of silence."""
        harmonics = runner.facts.harmonics
        if missing := [hop for hop in hops if self._row(hop, harmonics) is None]:
            for frames in (self._looped, self._kept, self._recent):
                # All in one go, or a jump into the past of another tier would be by far the longest hop of all.
                if there := [hop for hop in missing if frames.sound.has(hop)]:
                    made = runner.encode_aside(np.stack([frames.sound.read(hop) for hop in there], axis=1))
                    for hop, row in zip(there, made, strict=True):
                        frames.codes[harmonics].store(hop, row)
                    missing = [hop for hop in missing if hop not in there]
        rows = [self._row(hop, harmonics) for hop in hops]
        return [np.zeros_like(runner.row) if row is None else row for row in rows]

    def _row(self, hop: int, harmonics: int) -> np.ndarray | None:
        for frames in (self._looped, self._kept, self._recent):
            if (codes := frames.codes[harmonics]).has(hop):
                return codes.read(hop)
        return None
