"""The last messages of the session, newest last and bright."""

from __future__ import annotations

import textwrap
from collections.abc import Sequence

from holostream.ui.line_view import Line, LineView, shortened
from holostream.ui.palette import DIM, STRONG


def message_lines(messages: Sequence[str], width: int, height: int) -> list[Line]:
    """The newest that fit into `height` lines: the last one whole if it can be, the others a line each."""
    if not messages or width < 1 or height < 1:
        return []
    newest = textwrap.wrap(messages[-1], width)
    if len(newest) > height:
        newest = [*newest[: height - 1], shortened(" ".join(newest[height - 1 :]), width)]
    older = list(messages)[:-1][len(newest) - height :] if len(newest) < height else []
    lines: list[Line] = [((shortened(" ".join(message.split()), width), DIM),) for message in older]
    return lines + [((line, STRONG),) for line in newest]


class MessageLines(LineView):
    """The messages as a view."""

    def show(self, messages: Sequence[str]) -> None:
        self.show_lines(message_lines(messages, self.size.width, self.size.height))
