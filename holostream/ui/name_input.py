"""A line to type a name into, hidden until it is asked for."""

from __future__ import annotations

from collections.abc import Sequence

from textual.binding import Binding
from textual.suggester import SuggestFromList
from textual.widgets import Input


class NameInput(Input):
    """`ask` shows it, `done` hides it; Enter sends Textual's Submitted. Meanwhile the focus stays here."""

    BINDINGS = [  # noqa: RUF012 - as Textual has it
        Binding("tab", "complete", show=False),
        Binding("shift+tab", "nothing", show=False),
    ]

    def __init__(self, id: str, placeholder: str, known: Sequence[str] = ()) -> None:
        """`known`: names that are completed while they are typed (the right arrow or Tab takes one)."""
        suggester = SuggestFromList(known, case_sensitive=False) if known else None
        super().__init__(id=id, placeholder=placeholder, suggester=suggester, max_length=100)
        self.display = False
        self.cursor_blink = False

    def ask(self, text: str = "") -> None:
        """Begin with a text."""
        self.value, self.display = text, True
        self.screen.set_focus(self)  # now, not in a while: the next key may be on its way

    def action_complete(self) -> None:
        """Take the name that is suggested."""
        self.action_end()
        self.action_cursor_right()

    def action_nothing(self) -> None:
        """Stay."""

    def done(self) -> None:
        """Hide it; the focus is the screen's to give."""
        self.display = False
