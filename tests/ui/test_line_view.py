"""Text that fits."""

from __future__ import annotations

from holostream.ui.line_view import shortened


def test_shortened_keeps_both_ends() -> None:
    assert shortened("abcdefghij", 5) == "ab…ij"
    assert shortened("abc", 3) == "abc"
    assert shortened("abc", 0) == ""
