"""All moves with their amounts: choose one, change it, hear it. Values that others change move here too."""

from __future__ import annotations

from textual.app import ComposeResult
from textual.binding import Binding
from textual.containers import Vertical
from textual.screen import ModalScreen

from holostream.control.command_table import row_named
from holostream.control.key_map import KEY_ROWS, command_for
from holostream.control.move_step import full, stepped
from holostream.control.performance import Performance
from holostream.engine.command import CommandKind
from holostream.format.clock import clock
from holostream.ui.key_line import bound, keys_named
from holostream.ui.line_view import LineView
from holostream.ui.live_midi import LiveMidi
from holostream.ui.live_session import LiveSession
from holostream.ui.message_lines import MessageLines
from holostream.ui.midi_learning import MidiLearning
from holostream.ui.moves_table import TABLE, move_row
from holostream.ui.palette import PLAIN, WARN
from holostream.ui.row_list import RowList

SAMPLES_PER_SECOND = 12
AROUND = 6
"""Lines of the screen that are not rows."""
CLOSES = "Escape closes"
KEYS = keys_named(
    (("← →", "amount"), ("shift", "finer"), ("space", "on, off"), ("0", "neutral"), ("Z", "all of them"), ("k", "MIDI"))
)


OWN_KEYS = {"left", "right", "up", "down", "0"}
PLAYED = tuple(row for row in KEY_ROWS if not OWN_KEYS & {*row.keys} and row_named(row.target).group != "screen")
"""Keys of the live screen that do here what they do there."""


class MovesScreen(ModalScreen[None]):
    """Over the live screen; sound and recording go on, and so do the keys that play."""

    BINDINGS = [  # noqa: RUF012 - as Textual has it
        Binding("left", "step(False)", show=False),
        Binding("right", "step(True)", show=False),
        Binding("shift+left", "step(False, True)", show=False),
        Binding("shift+right", "step(True, True)", show=False),
        Binding("space", "switch", show=False),
        Binding("0", "neutral", show=False),
        Binding("Z", "all_neutral", show=False),
        Binding("k", "learn", show=False),
        Binding("escape,y,q,enter", "close", show=False),
        *(Binding(bound(row.keys), f"press({n})", show=False) for n, row in enumerate(PLAYED)),
    ]

    def __init__(self, session: LiveSession, performance: Performance, midi: LiveMidi | None) -> None:
        super().__init__()
        self._session, self._performance = session, performance
        self._learning = MidiLearning(midi, performance.tell)
        self._rows, self._hint, self._messages = RowList("rows"), LineView("hint"), MessageLines("said")
        self._box = Vertical(self._rows, self._hint, self._messages, classes="box")
        self._amounts: dict[str, float] = {}
        """Of each move the last amount that was not neutral: what a switch brings back."""

    def compose(self) -> ComposeResult:
        self._box.border_title, self._box.border_subtitle = "moves", CLOSES
        yield self._box

    def on_mount(self) -> None:
        self.set_interval(1 / SAMPLES_PER_SECOND, self.sample)
        self._rows.focus()

    def on_unmount(self) -> None:
        self._learning.stop()

    def on_resize(self) -> None:
        self._rows.styles.height = max(1, min(len(TABLE), self.size.height - AROUND))
        self.call_after_refresh(self.sample)

    def on_row_list_chosen(self) -> None:
        self.sample()

    def sample(self) -> None:
        """Look at the session once."""
        snapshot, rows = self._session.snapshot(), []
        for kind in TABLE:
            value = self._performance.value(kind.name, snapshot)
            if value != kind.neutral:
                self._amounts[kind.name] = value
            rows.append(move_row(kind, value, self._rows.row_width))
        self._rows.show_rows(rows)
        if hint := self._learning.hint:
            self._hint.show_lines([((hint, WARN),)])
        else:
            self._hint.show_lines([((self._chosen.help, PLAIN),), KEYS])
        self._messages.show(self._session.messages)
        recording = self._session.recording
        self._box.border_subtitle = CLOSES if recording is None else f"recording {clock(recording.seconds, 0)}   {CLOSES}"

    def action_press(self, number: int) -> None:
        """A key of the live screen."""
        self._performance.ask(*command_for(PLAYED[number], self._performance.value))
        self.sample()

    @property
    def _chosen(self) -> CommandKind:
        return TABLE[self._rows.chosen]

    def _set(self, value: float) -> None:
        self._performance.ask(self._chosen.name, value)
        self.sample()

    def action_step(self, up: bool, fine: bool = False) -> None:
        """Of the chosen one."""
        kind = self._chosen
        self._set(stepped(kind, self._performance.value(kind.name), up, fine))

    def action_switch(self) -> None:
        """Neutral, or as it was before that."""
        kind = self._chosen
        on = self._performance.value(kind.name) != kind.neutral
        self._set(kind.neutral if on else self._amounts.get(kind.name, full(kind)))

    def action_neutral(self) -> None:
        self._set(self._chosen.neutral)

    def action_all_neutral(self) -> None:
        self._performance.ask("neutral")
        self.sample()

    def action_learn(self) -> None:
        """The next control that is moved does the chosen one."""
        self._learning.start(self._chosen.name)
        self.sample()

    def action_close(self) -> None:
        """Or give up learning."""
        if self._learning.waiting_for:
            self._learning.stop()
        else:
            self.dismiss()
