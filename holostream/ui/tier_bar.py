"""The tiers as a row of cells: each with its key, the one that sounds lit, the one that fades out marked, those gray
that the models folder does not have."""

from __future__ import annotations

from collections.abc import Collection

from holostream.codec.tier import TIERS
from holostream.ui.level_meter import LABEL_WIDTH
from holostream.ui.line_view import Line, LineView
from holostream.ui.palette import CELL, CELL_DIM, DIM, LEAVING, ON, PLAIN


def tier_line(tier: int, fading_from: int, width: int, there: Collection[int] = TIERS) -> Line:
    """`fading_from` is 0 where nothing fades. The mark of the fading tier points to where the sound goes. A tier that is
    not `there` has no key and no cell, only its number."""
    line: Line = (("tier".ljust(LABEL_WIDTH), PLAIN),)
    each, rest = divmod(width - LABEL_WIDTH, len(TIERS))
    for n, harmonics in enumerate(TIERS):
        room = max(6, each + (n < rest)) - 1
        if harmonics not in there:
            line += (("  " + f" {harmonics} ".center(room - 2) + " ", DIM),)
            continue
        on, leaving = harmonics == tier, harmonics == fading_from
        before = "‹" if leaving and tier < harmonics else " "
        after = "›" if leaving and tier > harmonics else " "
        text = f"{before}{harmonics}{after}".center(room - 2)
        number = f" {n + 1}"
        line += (
            (number, ON if on else LEAVING if leaving else CELL_DIM),
            (text, ON if on else LEAVING if leaving else CELL),
            (" ", PLAIN),
        )
    return line


class TierBar(LineView):
    """The row as a view."""

    def __init__(self, name: str, there: Collection[int]) -> None:
        super().__init__(name)
        self._there = there

    def show(self, tier: int, fading_from: int) -> None:
        self.show_lines([tier_line(tier, fading_from, self.size.width, self._there)])
