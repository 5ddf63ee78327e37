"""The help: every row of the key table, in two columns."""

from __future__ import annotations

from textual.app import ComposeResult
from textual.binding import Binding
from textual.containers import Vertical
from textual.screen import ModalScreen

from holostream.control.key_map import KEY_ROWS, key_label
from holostream.ui.line_view import Line, LineView
from holostream.ui.palette import DIM, PLAIN, TINTED

KEYS_WIDTH, COLUMN_WIDTH = 11, 37


def help_lines() -> list[Line]:
    """The key table, first half at the left."""
    half = -(-len(KEY_ROWS) // 2)
    lines: list[Line] = []
    for n in range(half):
        line: Line = ()
        for row in KEY_ROWS[n::half]:
            keys = "  ".join(key_label(key) for key in row.keys)
            line += ((keys.ljust(KEYS_WIDTH), TINTED), (row.help.ljust(COLUMN_WIDTH - KEYS_WIDTH), PLAIN))
        lines.append(line)
    return [*lines, (), (("Escape closes this; sound and recording go on meanwhile.", DIM),)]


class HelpScreen(ModalScreen[None]):
    """Over the live screen; sound and recording go on."""

    BINDINGS = [Binding("escape,question_mark,h,q,enter", "close", show=False)]  # noqa: RUF012 - as Textual has it

    def compose(self) -> ComposeResult:
        box = Vertical(LineView("help"), classes="box")
        box.border_title = "keys"
        yield box

    def on_mount(self) -> None:
        self.query_one("#help", LineView).show_lines(help_lines())

    def action_close(self) -> None:
        self.dismiss()
