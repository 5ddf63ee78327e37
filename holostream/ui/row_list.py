"""A list of lines of which one is chosen; it scrolls, and repaints no more than changed."""

from __future__ import annotations

from collections.abc import Sequence

from rich.style import Style
from textual.binding import Binding
from textual.message import Message

from holostream.ui.line_view import Line, LineView, cells
from holostream.ui.palette import DIM, PLAIN, RAISED

_CHOSEN = Style(bgcolor=RAISED)
_PAGE, _END = 10, 1_000_000


class RowList(LineView, can_focus=True):
    """Arrow keys choose. The last column tells that there is more above or below."""

    BINDINGS = [  # noqa: RUF012 - as Textual has it
        Binding("up", "choose(-1)", show=False),
        Binding("down", "choose(1)", show=False),
        Binding("pageup", f"choose({-_PAGE})", show=False),
        Binding("pagedown", f"choose({_PAGE})", show=False),
        Binding("home", f"choose({-_END})", show=False),
        Binding("end", f"choose({_END})", show=False),
    ]

    class Chosen(Message):
        """Another row is."""

    def __init__(self, id: str) -> None:
        super().__init__(id)
        self.chosen = 0
        self._rows: tuple[Line, ...] = ()
        self._top = 0

    @property
    def row_width(self) -> int:
        """Cells that a row may take."""
        return self.size.width - 2

    def show_rows(self, rows: Sequence[Line]) -> None:
        """Replace the rows; the choice stays at its place as far as there is one."""
        self._rows = tuple(rows)
        self._draw()

    def choose(self, place: int) -> None:
        """Rows are counted from 0."""
        self.chosen = place
        self._draw()

    def action_choose(self, by: int) -> None:
        """A key."""
        self.choose(self.chosen + by)
        self.post_message(self.Chosen())

    def _draw(self) -> None:
        count, height = len(self._rows), max(1, self.size.height)
        self.chosen = max(0, min(self.chosen, count - 1))
        self._top = max(0, min(max(self._top, self.chosen - height + 1), self.chosen, count - height))
        lines: list[Line] = []
        for place in range(self._top, min(self._top + height, count)):
            line = self._rows[place]
            line += ((" " * (self.row_width - cells(line)), PLAIN),)
            if place == self.chosen:
                line = tuple((text, style + _CHOSEN) for text, style in line)
            more = (place == self._top and place > 0) or (place == self._top + height - 1 and place < count - 1)
            lines.append((*line, ((" ▲" if place == self._top else " ▼") if more else "  ", DIM)))
        self.show_lines(lines)
