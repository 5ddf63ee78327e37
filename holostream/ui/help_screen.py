"""The help: every row of the key table, and below them the MIDI map that comes with the program."""

from __future__ import annotations

from collections.abc import Sequence

from textual.app import ComposeResult
from textual.binding import Binding
from textual.containers import VerticalScroll
from textual.screen import ModalScreen

from holostream.control.key_map import KEY_ROWS, KeyRow, key_label
from holostream.control.midi_map import map_lines
from holostream.control.midi_map_file import default_map
from holostream.ui.line_view import Line, LineView, rule
from holostream.ui.palette import PLAIN, TINTED

WIDTH = 74
KEYS_WIDTH, KEY_COLUMN = 11, 37
CONTROLS_WIDTH, CONTROL_COLUMN = 15, 44
"""What names take, and the whole left column; the map's first rows are its long ones."""


def help_lines(rows: Sequence[KeyRow] = KEY_ROWS) -> list[Line]:
    """The key table, then the MIDI map."""
    keys = [("  ".join(key_label(key) for key in row.keys), row.help) for row in rows]
    title = rule("MIDI, as long as nothing is learned; M shows the map in use", WIDTH)
    controls = _columns(map_lines(default_map()), CONTROLS_WIDTH, CONTROL_COLUMN)
    return [*_columns(keys, KEYS_WIDTH, KEY_COLUMN), (), title, *controls]


def _columns(rows: Sequence[tuple[str, str]], name_width: int, width: int) -> list[Line]:
    """(name, what it does), first half at the left."""
    half = -(-len(rows) // 2)
    lines: list[Line] = []
    for n in range(half):
        line: Line = ()
        for name, effect in rows[n::half]:
            line += ((name.ljust(name_width), TINTED), (effect.ljust(width - name_width), PLAIN))
        lines.append(line)
    return lines


class HelpScreen(ModalScreen[None]):
    """Over the live screen; sound and recording go on. Arrow keys scroll where there is more than fits."""

    BINDINGS = [Binding("escape,question_mark,h,q,enter", "close", show=False)]  # noqa: RUF012 - as Textual has it

    def __init__(self, rows: Sequence[KeyRow] = KEY_ROWS) -> None:
        super().__init__()
        self._lines = help_lines(rows)

    def compose(self) -> ComposeResult:
        box = VerticalScroll(LineView("help"), classes="box", id="keys")
        box.border_title, box.border_subtitle = "keys", "Escape closes, ↑ ↓ scroll"
        yield box

    def on_mount(self) -> None:
        view = self.query_one("#help", LineView)
        view.styles.height = len(self._lines)
        view.show_lines(self._lines)

    def action_close(self) -> None:
        self.dismiss()
