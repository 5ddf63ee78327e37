"""The last messages of the session, newest last and bright."""

from __future__ import annotations

from collections.abc import Sequence
from functools import lru_cache

from rich.console import Console
from rich.text import Text

from holostream.ui.line_view import Line, LineView, shortened
from holostream.ui.palette import DIM, STRONG

_ANY_CONSOLE = Console()


def message_lines(messages: Sequence[str], width: int, height: int) -> list[Line]:
    """The newest that fit into `height` lines: the last one whole if it can be, the others a line each."""
    if not messages or width < 1 or height < 1:
        return []
    newest = _wrapped(" ".join(messages[-1].split()), width, height)
    older = list(messages)[:-1][len(newest) - height :] if len(newest) < height else []
    lines: list[Line] = [((shortened(" ".join(message.split()), width), DIM),) for message in older]
    return lines + [((line, STRONG),) for line in newest]


@lru_cache(maxsize=16)
def _wrapped(text: str, width: int, height: int) -> tuple[str, ...]:
    """At spaces, a longer word anywhere; what is too much for the last line is left out in its middle. Remembered: it is asked for
    whenever the screen is looked at anew."""
    lines = tuple(line.plain.rstrip() for line in Text(text).wrap(_ANY_CONSOLE, width))
    if len(lines) <= height:
        return lines
    for line in lines[: height - 1]:
        text = text[len(line) :].lstrip()
    return (*lines[: height - 1], shortened(text, width))


class MessageLines(LineView):
    """The messages as a view."""

    def show(self, messages: Sequence[str]) -> None:
        self.show_lines(message_lines(messages, self.size.width, self.size.height))
