"""The last messages of the session, newest last and bright."""

from __future__ import annotations

from collections.abc import Sequence

from holostream.ui.line_view import Line, LineView, shortened
from holostream.ui.palette import DIM, STRONG


def message_lines(messages: Sequence[str], width: int, height: int) -> list[Line]:
    """The newest that fit into `height` lines."""
    newest = list(messages)[-height:] if height else []
    lines: list[Line] = []
    for n, message in enumerate(newest):
        lines.append(((shortened(" ".join(message.split()), width), STRONG if n == len(newest) - 1 else DIM),))
    return lines


class MessageLines(LineView):
    """The messages as a view."""

    def show(self, messages: Sequence[str]) -> None:
        self.show_lines(message_lines(messages, self.size.width, self.size.height))
