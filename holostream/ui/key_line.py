"""The last line: the keys one needs first. All of them are on the help screen."""

from __future__ import annotations

from holostream.ui.line_view import Line, LineView
from holostream.ui.palette import DIM, TINTED

_ALL = (
    ("1-7", "tier"), ("←→", "next tier"), ("↑↓", "output gain"), ("[]", "input gain"), (",.", "dry/wet"),
    ("b", "bypass"), ("m", "mute"), ("g", "guard"), ("r", "record"), ("x", "marker"), ("d", "devices"), ("?", "help"), ("q", "quit"),
)  # fmt: skip
_FIRST = (
    ("1-7", "tier"), ("↑↓", "gain"), (",.", "wet"), ("b", "bypass"), ("m", "mute"), ("r", "rec"), ("d", "device"),
    ("?", "help"), ("q", "quit"),
)  # fmt: skip
_WIDE_GAP, _GAP = 3, 2


def key_line(width: int) -> Line:
    """All keys where they fit, else the first ones."""
    needed = sum(len(keys) + 1 + len(name) + _WIDE_GAP for keys, name in _ALL) - _WIDE_GAP
    entries, gap = (_ALL, _WIDE_GAP) if needed <= width else (_FIRST, _GAP)
    line: Line = ()
    for keys, name in entries:
        line += ((keys, TINTED), (f" {name}{' ' * gap}", DIM))
    return line


class KeyLine(LineView):
    """The keys as a view."""

    def on_resize(self) -> None:
        self.show_lines([key_line(self.size.width)])
