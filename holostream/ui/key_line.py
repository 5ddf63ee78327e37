"""The last line: the keys one needs first. All of them are on the help screen."""

from __future__ import annotations

from holostream.ui.line_view import Line, LineView
from holostream.ui.palette import DIM, TINTED

_FIRST = (
    "1-7 tier", "↑↓ gain", ",. wet", "b bypass", "m mute", "r rec", "d device", "? help", "q quit",
)  # fmt: skip
_ALL = (
    "1-7 tier", "←→ next tier", "↑↓ output gain", "[] input gain", ",. dry/wet", "b bypass", "m mute", "g guard",
    "r record", "d devices", "? help", "q quit",
)  # fmt: skip


def key_line(width: int) -> Line:
    """All keys where they fit, else the first ones."""
    entries, gap = (_ALL, 3) if sum(map(len, _ALL)) + 3 * len(_ALL) <= width else (_FIRST, 2)
    line: Line = ()
    for entry in entries:
        keys, _, name = entry.partition(" ")
        line += ((keys, TINTED), (f" {name}{' ' * gap}", DIM))
    return line


class KeyLine(LineView):
    """The keys as a view."""

    def on_resize(self) -> None:
        self.show_lines([key_line(self.size.width)])
