"""What bends the sound now: every move that is not neutral, and the tempo at the right."""

from __future__ import annotations

import numpy as np

from holostream.engine.command import command_kind
from holostream.ui.line_view import Line, LineView, plain, spread
from holostream.ui.move_text import amount_text, moves_in
from holostream.ui.palette import DIM, PLAIN, TINTED

_LABEL, _GAP = "moves", "  "
_TEMPO = command_kind("tempo")


def moves_lines(snapshot: np.void, width: int, height: int) -> list[Line]:
    """At most `height` lines; those moves that do not fit are counted."""

    def value(name: str) -> float:
        return float(snapshot[name])

    tempo = value("tempo")
    right: Line = ((amount_text(_TEMPO, tempo), DIM if tempo == _TEMPO.neutral else PLAIN),)
    moves = list(moves_in(value))
    if not moves:
        return [spread(((_LABEL, DIM), (f"{_GAP}no moves, y opens them", DIM)), right, width)]
    lines: list[Line] = [((_LABEL, PLAIN),)]
    for n, (name, amount) in enumerate(moves):
        last, left = len(lines) == height, len(moves) - n - 1
        room = width - (len(plain(right)) + len(_GAP) if len(lines) == 1 else 0)
        room -= len(f"{_GAP}+{left}") if last and left else 0
        piece: Line = ((f"{_GAP}{name} ", DIM), (amount, TINTED))
        if len(plain(lines[-1] + piece)) <= room:
            lines[-1] += piece
        elif not last:
            lines.append(((" " * len(_LABEL), DIM), *piece))
        else:
            lines[-1] += ((f"{_GAP}+{left + 1}", PLAIN),)
            break
    return [spread(lines[0], right, width), *lines[1:]]


class MovesLine(LineView):
    """The line as a view; two where there is room."""

    def show(self, snapshot: np.void) -> None:
        self.show_lines(moves_lines(snapshot, self.size.width, self.size.height))
