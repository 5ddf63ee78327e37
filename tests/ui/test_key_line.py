"""The first keys fit."""

from __future__ import annotations

from holostream.ui.key_line import key_line
from holostream.ui.line_view import plain


def test_the_key_line_fits_and_names_help_and_quit() -> None:
    for width in (78, 98, 158):
        text = plain(key_line(width)).rstrip()
        assert len(text) <= width
        assert text.endswith("q quit")
        assert "? help" in text
