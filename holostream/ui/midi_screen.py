"""MIDI: the ports, what arrives, and the map, to which controls are added by moving them."""

from __future__ import annotations

import textwrap
from collections.abc import Sequence

from textual.app import ComposeResult
from textual.binding import Binding
from textual.containers import Vertical
from textual.screen import ModalScreen
from textual.widgets import Input

from holostream.control.command_table import command_table
from holostream.control.performance import Performance
from holostream.ui.key_line import keys_named
from holostream.ui.line_view import Line, LineView, rule
from holostream.ui.live_midi import NO_MIDI, LiveMidi
from holostream.ui.live_session import LiveSession
from holostream.ui.message_lines import MessageLines
from holostream.ui.midi_learning import MidiLearning
from holostream.ui.midi_lines import arriving_lines, map_rows, port_lines
from holostream.ui.name_input import NameInput
from holostream.ui.palette import DIM, PLAIN, WARN
from holostream.ui.row_list import RowList

SAMPLES_PER_SECOND = 6
TALL = 36
AROUND = 9
"""Lines of the screen that are no port, message or row, with one to type in."""
LEARNABLE = tuple(row.name for row in command_table() if row.group not in ("transport", "screen"))
KEYS = keys_named((("↑ ↓", "choose"), ("l", "learn a control"), ("x", "forget the chosen row")))


class MidiScreen(ModalScreen[None]):
    """Over the live screen; sound, recording and the controllers go on."""

    BINDINGS = [  # noqa: RUF012 - as Textual has it
        Binding("l", "learn", show=False),
        Binding("x", "forget", show=False),
        Binding("escape,M,q", "close", show=False),
    ]

    def __init__(self, session: LiveSession, performance: Performance, midi: LiveMidi | None) -> None:
        super().__init__()
        self._session, self._performance, self._midi = session, performance, midi
        self._learning = MidiLearning(midi, performance.tell)
        self._ports, self._arriving, self._rows = LineView("ports"), LineView("arriving"), RowList("rows")
        self._titles = {name: LineView(f"{name}-title") for name in ("ports", "arriving", "map")}
        self._command = NameInput("name", "command, and a value for a button, as in tier 16", LEARNABLE)
        self._hint, self._messages = LineView("hint"), MessageLines("said")
        self._room, self._height = 1, 0
        """Lines that the map may take, and those it has."""

    def compose(self) -> ComposeResult:
        titles = self._titles
        parts = (titles["ports"], self._ports, titles["arriving"], self._arriving, titles["map"], self._rows)
        if self._midi is None:
            box = Vertical(self._hint, classes="box")
        else:
            box = Vertical(*parts, self._command, self._hint, self._messages, classes="box")
        box.border_title, box.border_subtitle = "MIDI", "Escape closes"
        yield box

    def check_action(self, action: str, parameters: tuple[object, ...]) -> bool | None:
        """While a name is typed the rows wait, wherever the focus is."""
        return action == "close" or not self._command.display

    def on_mount(self) -> None:
        self.set_interval(1 / SAMPLES_PER_SECOND, self.sample)
        if self._midi is not None:
            self._rows.focus()

    def on_unmount(self) -> None:
        self._learning.stop()

    def on_resize(self) -> None:
        """Ports and messages have their lines, the map the rest."""
        ports, arriving = (4, 8) if self.size.height >= TALL else (3, 5)
        self._ports.styles.height, self._arriving.styles.height = ports, arriving
        self._room = self.size.height - AROUND - ports - arriving
        self.call_after_refresh(self.sample)

    def on_row_list_chosen(self) -> None:
        self.sample()

    def on_input_submitted(self, event: Input.Submitted) -> None:
        """A command's name, perhaps with a value."""
        name, _, value = event.value.strip().partition(" ")
        if name:
            self._learning.start(name, value.strip() or None)
        self._typed()

    def action_learn(self) -> None:
        """Ask for the command; the chosen row's is a good guess."""
        if self._midi is not None and not self._learning.waiting_for:
            rows = self._midi.map_lines()
            self._command.ask(rows[self._place_in(rows)][1].split()[0] if rows else "")
            self.sample()

    def action_forget(self) -> None:
        """The chosen row."""
        if self._midi is None or not (rows := self._midi.map_lines()):
            return
        place = self._place_in(rows)
        row = " → ".join(rows[place])
        try:
            self._midi.forget(place)
            self._performance.tell(f"forgotten: {row}")
        except ValueError as error:
            self._performance.tell(str(error))
        except OSError as error:
            self._performance.tell(f"{error.filename}: {error.strerror}; check the permissions of the map")
        self.sample()

    def _place_in(self, rows: Sequence[tuple[str, str]]) -> int:
        """The chosen one; another map, of fewer, may just have come."""
        return min(self._rows.chosen, len(rows) - 1)

    def action_close(self) -> None:
        """Or leave the name, or give up learning."""
        if self._command.display:
            self._typed()
        elif self._learning.waiting_for:
            self._learning.stop()
        else:
            self.dismiss()

    def sample(self) -> None:
        """Show what there is."""
        midi = self._midi
        if midi is None:
            lines = textwrap.wrap(NO_MIDI, self._hint.size.width or 1)
            self._hint.styles.height = len(lines)
            self._hint.show_lines([((line, PLAIN),) for line in lines])
            return
        found = midi.map_lines()
        if (height := max(1, min(self._room, len(found) + 1))) != self._height:
            self._height = self._rows.styles.height = height
        width = self._rows.size.width
        for name, title in self._titles.items():
            title.show_lines([rule(name, width)])
        self._ports.show_lines(port_lines(midi, width, self._ports.size.height))
        self._arriving.show_lines(arriving_lines(midi.recent, width, self._arriving.size.height))
        self._rows.show_rows(map_rows(found, self._rows.row_width))
        self._hint.show_lines([self._hint_line()])
        self._messages.show(self._session.messages)

    def _hint_line(self) -> Line:
        if hint := self._learning.hint:
            return ((hint, WARN),)
        if self._command.display:
            return (("enter, then move a control; tab completes a name, escape gives up", DIM),)
        return KEYS

    def _typed(self) -> None:
        self._command.done()
        self._rows.focus()
        self.sample()
