"""The DNA on the screen: time to the right, harmonics upward, two rows of the picture in each cell.

The picture is cut into narrow stripes because Textual repaints a changed line from its widget's left edge: with
stripes only the few cells at the sweep are sent.
"""

from __future__ import annotations

import functools
import itertools
from collections.abc import Container

from rich.segment import Segment
from rich.style import Style
from textual.containers import Horizontal
from textual.strip import Strip
from textual.widget import Widget

from holostream.codec.tier import TierFacts
from holostream.ui.dna_sweep import DnaSweep
from holostream.ui.live_session import LiveSession
from holostream.ui.palette import shade

STRIPE_CELLS = 4
COLUMN_SECONDS = 0.04


@functools.cache
def _style(upper: int, lower: int) -> Style:
    return Style(color=None if upper == lower else shade(upper), bgcolor=shade(lower))


class DnaStripe(Widget):
    """Some neighboring columns of the picture, from column `start` on."""

    def __init__(self, start: int, width: int) -> None:
        super().__init__()
        self.start = start
        self.styles.width = width

    def render_line(self, y: int) -> Strip:
        view = self.parent
        assert isinstance(view, DnaView)
        width = self.size.width
        if view.sweep is None or 2 * y + 2 > view.sweep.picture.shape[0]:
            return Strip.blank(width, _style(0, 0))
        top = view.sweep.picture.shape[0] - 1 - 2 * y
        columns = slice(self.start, self.start + width)
        upper, lower = (
            view.sweep.picture[top, columns].tolist(),
            view.sweep.picture[top - 1, columns].tolist(),
        )
        runs = itertools.groupby(zip(upper, lower, strict=True))
        segments = [Segment((" " if pair[0] == pair[1] else "▀") * len(list(run)), _style(*pair)) for pair, run in runs]
        return Strip(segments).adjust_cell_length(width, _style(0, 0))


class DnaView(Horizontal):
    """The picture; `show` draws what has been heard since the last call."""

    def __init__(self, id: str, facts: TierFacts, noise_tiers: Container[int]) -> None:
        super().__init__(id=id)
        self._hops_per_column = max(1, round(COLUMN_SECONDS * facts.frames_per_second))
        self._frames_per_second = facts.frames_per_second
        self._codes, self._noise_tiers = facts.codes, noise_tiers
        self.most = facts.hop // 2
        """Harmonics that have rows of their own."""
        self._hops_seen = 0
        self.sweep: DnaSweep | None = None

    @property
    def seconds(self) -> float:
        """Time the picture spans."""
        return self.size.width * self._hops_per_column / self._frames_per_second

    async def on_resize(self) -> None:
        """Start an empty picture of the new size."""
        width, height = self.size
        self.sweep = None
        if width and height:
            self.sweep = DnaSweep(
                2 * height, width, self._hops_per_column, self.most, self._codes, self._noise_tiers
            )
        async with self.batch():
            await self.remove_children()
            if self.is_attached:  # not any more, where the size changes while the program ends
                starts = range(0, width, STRIPE_CELLS)
                await self.mount(*(DnaStripe(start, min(STRIPE_CELLS, width - start)) for start in starts))

    def show(self, session: LiveSession, hops: int) -> None:
        """`hops` as in the session's status: how many frames are new follows from it."""
        if self.sweep is None:
            return
        fresh = hops - self._hops_seen
        self._hops_seen = hops
        # A fade writes two frames per hop, and the column in progress is read again.
        count = min(2 * fresh + self._hops_per_column, self.sweep.picture.shape[1] * self._hops_per_column)
        changed = set(self.sweep.draw(session.recent_frames(count)))
        for stripe in self.children:
            assert isinstance(stripe, DnaStripe)
            if not changed.isdisjoint(range(stripe.start, stripe.start + STRIPE_CELLS)):
                stripe.refresh()
