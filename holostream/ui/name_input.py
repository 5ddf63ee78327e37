"""A line to type a name into, hidden until it is asked for."""

from __future__ import annotations

from collections.abc import Sequence

from textual.suggester import SuggestFromList
from textual.widgets import Input


class NameInput(Input):
    """`ask` shows it, `done` hides it; Enter sends Textual's Submitted."""

    def __init__(self, id: str, placeholder: str, known: Sequence[str] = ()) -> None:
        """`known`: names that are completed while they are typed (the right arrow takes one)."""
        suggester = SuggestFromList(known, case_sensitive=False) if known else None
        super().__init__(id=id, placeholder=placeholder, suggester=suggester, max_length=100)
        self.display = False
        self.cursor_blink = False

    def ask(self, text: str = "") -> None:
        """Begin with a text."""
        self.value, self.display = text, True
        self.screen.set_focus(self)  # now, not in a while: the next key may be on its way

    def done(self) -> None:
        """Hide it; the focus is the screen's to give."""
        self.display = False
