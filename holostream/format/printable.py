"""Text from a file on a terminal."""

from __future__ import annotations

SHOWN_TEXT = 80


def printable(text: str) -> str:
    """A file must not steer the terminal it is shown on."""
    shown = text if len(text) <= SHOWN_TEXT else text[: SHOWN_TEXT - 1] + "…"
    return "".join(character if character.isprintable() else "?" for character in shown)
