"""The last line: the keys one needs first. All of them are on the help screen."""

from __future__ import annotations

from collections.abc import Sequence

from holostream.ui.line_view import Line, LineView
from holostream.ui.palette import DIM, TINTED

_ALL = (
    ("1-7", "tier"), ("↑↓", "output gain"), ("[]", "input gain"), (",.", "dry/wet"), ("b", "bypass"), ("m", "mute"),
    ("y", "moves"), ("P", "presets"), ("M", "MIDI"), ("r", "record"), ("c", "capture"), ("d", "devices"), ("?", "help"), ("q", "quit"),
)  # fmt: skip
_FIRST = (
    ("1-7", "tier"), ("↑↓", "gain"), (",.", "wet"), ("b", "bypass"), ("m", "mute"), ("y", "moves"), ("r", "rec"),
    ("?", "help"), ("q", "quit"),
)  # fmt: skip
_ALL_PLAYING = (
    ("space", "pause"), ("PgUp PgDn", "10 s"), ("( )", "loop"), ("\\", "no loop"), ("< >", "speed"), ("n p", "markers"),
    ("1-7", "re-encode"), ("b", "as recorded"), ("↑↓", "gain"), ("m", "mute"), ("r", "record"), ("?", "help"), ("q", "quit"),
)  # fmt: skip
_FIRST_PLAYING = (
    ("space", "pause"), ("PgUp/Dn", "10 s"), ("()", "loop"), ("<>", "speed"), ("1-7", "tier"), ("b", "orig"),
    ("?", "help"), ("q", "quit"),
)  # fmt: skip
_WIDE_GAP, _GAP = 3, 2


def key_line(width: int, playing: bool = False) -> Line:
    """All keys where they fit, else the first ones; `playing`: those of a recording that plays."""
    everything, first = (_ALL_PLAYING, _FIRST_PLAYING) if playing else (_ALL, _FIRST)
    needed = sum(len(keys) + 1 + len(name) + _WIDE_GAP for keys, name in everything) - _WIDE_GAP
    return keys_named(everything, _WIDE_GAP) if needed <= width else keys_named(first)


def bound(keys: Sequence[str]) -> str:
    """Keys for Textual's bindings, where a comma separates them and a plus belongs to combinations."""
    return ",".join({",": "comma", "+": "plus"}.get(key, key) for key in keys)


def keys_named(entries: Sequence[tuple[str, str]], gap: int = _GAP) -> Line:
    """Keys, each with its name."""
    line: Line = ()
    for keys, name in entries:
        line += ((keys, TINTED), (f" {name}{' ' * gap}", DIM))
    return line


class KeyLine(LineView):
    """The keys as a view."""

    def __init__(self, name: str, playing: bool = False) -> None:
        super().__init__(name)
        self._playing = playing

    def on_resize(self) -> None:
        self.show_lines([key_line(self.size.width, self._playing)])
