"""The help: every row of the key table, in two columns."""

from __future__ import annotations

from collections.abc import Sequence

from textual.app import ComposeResult
from textual.binding import Binding
from textual.containers import VerticalScroll
from textual.screen import ModalScreen

from holostream.control.key_map import KEY_ROWS, KeyRow, key_label
from holostream.ui.line_view import Line, LineView
from holostream.ui.palette import DIM, PLAIN, TINTED

KEYS_WIDTH, COLUMN_WIDTH = 11, 37


def help_lines(rows: Sequence[KeyRow] = KEY_ROWS) -> list[Line]:
    """The key table, first half at the left."""
    half = -(-len(rows) // 2)
    lines: list[Line] = []
    for n in range(half):
        line: Line = ()
        for row in rows[n::half]:
            keys = "  ".join(key_label(key) for key in row.keys)
            line += ((keys.ljust(KEYS_WIDTH), TINTED), (row.help.ljust(COLUMN_WIDTH - KEYS_WIDTH), PLAIN))
        lines.append(line)
    return [*lines, (), (("Escape closes this, arrows scroll; sound and recording go on meanwhile.", DIM),)]


class HelpScreen(ModalScreen[None]):
    """Over the live screen; sound and recording go on. Arrow keys scroll where there is more than fits."""

    BINDINGS = [Binding("escape,question_mark,h,q,enter", "close", show=False)]  # noqa: RUF012 - as Textual has it

    def __init__(self, rows: Sequence[KeyRow] = KEY_ROWS) -> None:
        super().__init__()
        self._lines = help_lines(rows)

    def compose(self) -> ComposeResult:
        box = VerticalScroll(LineView("help"), classes="box", id="keys")
        box.border_title = "keys"
        yield box

    def on_mount(self) -> None:
        view = self.query_one("#help", LineView)
        view.styles.height = len(self._lines)
        view.show_lines(self._lines)

    def action_close(self) -> None:
        self.dismiss()
