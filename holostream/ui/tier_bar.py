"""The tiers as a row of cells: each with its key, the one that sounds lit, one that fades out or is mixed in marked,
those gray that the models folder does not have."""

from __future__ import annotations

from collections.abc import Collection

from holostream.codec.tier import TIERS
from holostream.ui.level_meter import LABEL_WIDTH
from holostream.ui.line_view import Line, LineView
from holostream.ui.palette import CELL, CELL_DIM, DIM, LEAVING, ON, PLAIN


def tier_line(
    tier: int, fading_from: int, width: int, there: Collection[int] = TIERS, morphed: int = 0
) -> Line:
    """`fading_from` is 0 where nothing fades, `morphed` where no other tier is mixed in. The mark of the fading tier points to where the sound goes. A tier that is
    not `there` has no key and no cell, only its number."""
    line: Line = (("tier".ljust(LABEL_WIDTH), PLAIN),)
    each, rest = divmod(width - LABEL_WIDTH, len(TIERS))
    for n, harmonics in enumerate(TIERS):
        room = max(6, each + (n < rest)) - 1
        if harmonics not in there:
            line += (("  " + f" {harmonics} ".center(room - 2) + " ", DIM),)
            continue
        on, leaving = harmonics == tier, harmonics == fading_from
        other = harmonics == morphed and not on and not leaving
        before = "‹" if leaving and tier < harmonics else "~" if other else " "
        after = "›" if leaving and tier > harmonics else " "
        text = f"{before}{harmonics}{after}".center(room - 2)
        number = f" {n + 1}"
        line += (
            (number, ON if on else LEAVING if leaving or other else CELL_DIM),
            (text, ON if on else LEAVING if leaving or other else CELL),
            (" ", PLAIN),
        )
    return line


class TierBar(LineView):
    """The row as a view."""

    def __init__(self, name: str, there: Collection[int]) -> None:
        super().__init__(name)
        self._there = there

    def show(self, tier: int, fading_from: int, morphed: int) -> None:
        self.show_lines([tier_line(tier, fading_from, self.size.width, self._there, morphed)])
