"""Text from a file on a terminal."""

from __future__ import annotations

SHOWN_TEXT = 80


def printable(text: str, longest: int = SHOWN_TEXT) -> str:
    """A file must not steer the terminal it is shown on, nor fill it."""
    shown = text if len(text) <= longest else text[: longest - 1] + "…"
    return "".join(character if character.isprintable() else "?" for character in shown)
