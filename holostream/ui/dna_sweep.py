"""The DNA picture as a sweep: new columns overwrite the oldest from left to right, as on an oscilloscope.

Nothing scrolls, because a scrolled picture is new in every cell: over SSH that would be a megabyte a second.
"""

from __future__ import annotations

import itertools
from collections.abc import Container, Sequence

import numpy as np

from holostream.codec.dna import join
from holostream.codec.dna_ring import RingFrame
from holostream.ui.dna_shades import column


class DnaSweep:
    """`picture` is (rows, columns) shades, row 0 the lowest harmonic.

    A column is drawn at its time modulo the width. `hops_per_column` is the time a column stands for, `most` the
    harmonics that have rows of their own, `codes` what a tier's facts say of its codes, and `noise_tiers` are those whose last
    pair tells of noise.
    """

    def __init__(
        self,
        rows: int,
        columns: int,
        hops_per_column: int,
        most: int,
        codes: str = "polar",
        noise_tiers: Container[int] = (),
    ) -> None:
        self.picture = np.zeros((rows, columns), np.uint8)
        self.hops_per_column, self.most, self._codes, self._noise_tiers = hops_per_column, most, codes, noise_tiers
        self.next_hop = -1
        """The first hop that is not drawn yet; -1 before the first frame."""

    def draw(self, frames: Sequence[RingFrame]) -> list[int]:
        """Draw the columns that `frames` complete, and return which ones changed.

        Frames that were drawn before are skipped; of two voices that fade the later one is drawn.
        """
        by_hop = {frame.hop: frame for frame in frames if frame.hop >= self.next_hop}
        changed: list[int] = []
        if not by_hop:
            return changed
        complete = (max(by_hop) + 1) // self.hops_per_column
        for number, hops in itertools.groupby(sorted(by_hop), key=lambda hop: hop // self.hops_per_column):
            if number < complete:
                changed += self._draw_column(number, [by_hop[hop] for hop in hops])
                self.next_hop = (number + 1) * self.hops_per_column
        return changed

    def _draw_column(self, number: int, frames: Sequence[RingFrame]) -> list[int]:
        rows, columns = self.picture.shape
        parts = [
            join([frame.dna for frame in voice])
            for _, voice in itertools.groupby(frames, key=lambda frame: frame.voice)
        ]
        here, ahead = number % columns, (number + 1) % columns
        self.picture[:, here] = column(parts, rows, self.most, self._codes, self._noise_tiers)
        self.picture[:, ahead] = 0  # the gap between the newest and the oldest
        return [here, ahead]
