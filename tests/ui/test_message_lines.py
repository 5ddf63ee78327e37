"""The newest messages."""

from __future__ import annotations

from holostream.ui.line_view import plain
from holostream.ui.message_lines import message_lines


def test_messages_show_the_newest_last() -> None:
    lines = message_lines(["one", "two\nlines", "three"], 20, 2)
    assert [plain(line) for line in lines] == ["two lines", "three"]
    assert message_lines([], 20, 2) == []
