"""All moves and their settings as rows: name, a bar from the lowest amount to the highest with neutral marked, amount."""

from __future__ import annotations

import functools

from holostream.control.move_step import place
from holostream.engine.command import COMMANDS, MOVES, CommandKind
from holostream.ui.line_view import Line, shortened
from holostream.ui.move_text import amount_text, settings_of
from holostream.ui.palette import DIM, PLAIN, RULE, STRONG, TINTED

NAME_WIDTH, AMOUNT_WIDTH = 18, 11
WIDE, HELP_WIDTH = 120, 80
"""From here on there is room for what a row means, and how much."""


def _in_order() -> tuple[CommandKind, ...]:
    kinds = [kind for move in MOVES for kind in (move, *settings_of(move))]
    return (*kinds, *(kind for kind in COMMANDS if kind.group == "setting" and kind not in kinds))


TABLE = _in_order()
"""Every move, its settings below it, then those of all moves."""
_OWN = {kind.name for move in MOVES for kind in settings_of(move)}


@functools.lru_cache(maxsize=4 * len(TABLE))
def move_row(kind: CommandKind, value: float, width: int) -> Line:
    """What is neutral is dim."""
    neutral = value == kind.neutral
    name = ("  " if kind.name in _OWN else "") + kind.name
    wide = width >= WIDE
    bar_width = width - NAME_WIDTH - AMOUNT_WIDTH - (HELP_WIDTH if wide else 0)
    line: Line = (
        (name.ljust(NAME_WIDTH), DIM if neutral else PLAIN if kind.group == "setting" else STRONG),
        *amount_bar(kind, value, bar_width),
        (amount_text(kind, value).rjust(AMOUNT_WIDTH), DIM if neutral else TINTED),
    )
    if wide:
        line += ((f"   {shortened(kind.help, HELP_WIDTH - 3)}", DIM),)
    return line


def amount_bar(kind: CommandKind, value: float, width: int) -> Line:
    """A ring for the amount, filled from neutral on; a stroke for neutral."""
    here, neutral = (round(place(kind, at) * (width - 1)) for at in (value, kind.neutral))
    cells = ["─"] * width
    first, last = sorted((here, neutral))
    cells[first : last + 1] = "━" * (last + 1 - first)
    cells[neutral] = "├" if neutral == 0 else "┤" if neutral == width - 1 else "┼"
    if value == kind.neutral:
        return (("".join(cells), RULE),)
    cells[here] = "●"
    text = "".join(cells)
    return (text[:first], RULE), (text[first : last + 1], TINTED), (text[last + 1 :], RULE)
