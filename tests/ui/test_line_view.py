"""Text that fits."""

from __future__ import annotations

from rich.cells import cell_len

from holostream.ui.line_view import shortened


def test_shortened_keeps_both_ends() -> None:
    assert shortened("abcdefghij", 5) == "ab…ij"
    assert shortened("abc", 3) == "abc"
    assert shortened("abc", 0) == ""


def test_wide_letters_take_two_cells() -> None:
    assert shortened("録音しました", 12) == "録音しました"
    assert cell_len(shortened("録音しました", 8)) == 8
    assert cell_len(shortened("録音しました", 1)) == 1
