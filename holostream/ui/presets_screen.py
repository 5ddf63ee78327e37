"""The presets: Enter recalls one, the present sound is saved under a name, what is not needed any more is deleted."""

from __future__ import annotations

from textual.app import ComposeResult
from textual.binding import Binding
from textual.containers import Vertical
from textual.screen import ModalScreen
from textual.widgets import Input

from holostream.control.performance import Performance
from holostream.control.preset_folder import Found
from holostream.ui.key_line import keys_named
from holostream.ui.line_view import Line, LineView
from holostream.ui.live_session import LiveSession
from holostream.ui.message_lines import MessageLines
from holostream.ui.name_input import NameInput
from holostream.ui.palette import DIM, PLAIN, WARN
from holostream.ui.presets_table import preset_rows
from holostream.ui.row_list import RowList

SAMPLES_PER_SECOND = 4
FEWEST_ROWS, AROUND = 5, 7
"""Rows that there is always room for, and lines of the screen that are none, with one to type in."""
KEYS = keys_named((("↑ ↓", "choose"), ("enter", "recall"), ("s", "save the sound as it is"), ("delete", "twice deletes")))


class PresetsScreen(ModalScreen[None]):
    """Over the live screen; sound and recording go on. The folder is read when something may have changed in it."""

    BINDINGS = [  # noqa: RUF012 - as Textual has it
        Binding("enter", "recall", show=False),
        Binding("s", "save", show=False),
        Binding("delete,backspace", "delete", show=False),
        Binding("escape,P,q", "close", show=False),
    ]

    def __init__(self, session: LiveSession, performance: Performance) -> None:
        super().__init__()
        self._session, self._performance = session, performance
        self._found: list[Found] = []
        self._doomed: str | None = None
        """What is deleted if it is asked for once more."""
        self._rows, self._hint, self._messages = RowList("rows"), LineView("hint"), MessageLines("said")
        self._typing = NameInput("name", "name of the preset")

    def compose(self) -> ComposeResult:
        box = Vertical(self._rows, self._typing, self._hint, self._messages, classes="box")
        box.border_title, box.border_subtitle = "presets", "Escape closes"
        yield box

    def check_action(self, action: str, parameters: tuple[object, ...]) -> bool | None:
        """While a name is typed the rows wait, wherever the focus is."""
        return action == "close" or not self._typing.display

    def on_mount(self) -> None:
        self._read()
        self.set_interval(1 / SAMPLES_PER_SECOND, self.sample)
        self._rows.focus()

    def on_resize(self) -> None:
        self._fit()

    def on_row_list_chosen(self) -> None:
        self._doomed = None
        self.sample()

    def on_input_changed(self) -> None:
        self.sample()

    def on_input_submitted(self, event: Input.Submitted) -> None:
        """The name is complete."""
        name = event.value.strip()
        if name and self._typing.display:  # else a second Enter that came with the first would replace what stays beside it
            try:
                self._performance.do("save_preset", name)
            except ValueError as error:
                self._performance.tell(str(error))
                self.sample()
                return  # to be typed better
            self._read(name)
        self._typed()

    def action_recall(self) -> None:
        self._doomed = None
        if self._found:
            self._performance.ask("preset", self._chosen)
        self.sample()

    def action_save(self) -> None:
        """Under a name still to be typed."""
        self._doomed = None
        self._typing.ask()
        self.sample()

    def action_delete(self) -> None:
        """The second time in a row."""
        if not self._found:
            return
        name = self._chosen
        if self._doomed != name:
            self._doomed = name
        else:
            self._doomed = None
            try:
                self._performance.presets.delete(name)
                self._performance.tell(f"preset {name} deleted")
            except ValueError as error:
                self._performance.tell(str(error))
            except OSError as error:
                self._performance.tell(f"preset {name} cannot be deleted: {error.strerror}; check its permissions")
            self._read()
        self.sample()

    def action_close(self) -> None:
        """Or leave the name."""
        if self._typing.display:
            self._typed()
        else:
            self.dismiss()

    def sample(self) -> None:
        """Show what there is."""
        self._rows.show_rows(preset_rows(self._found, self._rows.row_width))
        self._hint.show_lines([self._hint_line()])
        self._messages.show(self._session.messages)

    def _hint_line(self) -> Line:
        if self._typing.display:
            name = self._typing.value.strip()
            known = dict(self._found).get(name)
            if isinstance(known, str):
                return ((f"{name} cannot be read, so it stays as it is: choose another name", WARN),)
            if known is not None:
                return ((f"enter replaces the preset {name}, escape does not", WARN),)
            return (("enter saves the sound as it is under this name, escape does not", DIM),)
        if self._doomed is not None:
            return ((f"delete once more deletes {self._doomed} from the disk", WARN),)
        if not self._found:
            return (("there are no presets yet, s saves the sound as it is", PLAIN),)
        return KEYS

    @property
    def _chosen(self) -> str:
        return self._found[self._rows.chosen][0]

    def _read(self, chosen: str | None = None) -> None:
        """Look into the folder; `chosen` is then the one that is."""
        try:
            self._found = self._performance.presets.read_all()
        except OSError as error:
            self._found = []
            self._performance.tell(f"{error.filename}: {error.strerror}; check the permissions of the presets' folder")
        places = [place for place, (name, _) in enumerate(self._found) if name == chosen]
        self._fit()
        self.sample()
        if places:
            self._rows.choose(places[0])

    def _fit(self) -> None:
        rows = max(FEWEST_ROWS, min(len(self._found), self.size.height - AROUND))
        self._rows.styles.height = rows
        self.call_after_refresh(self.sample)

    def _typed(self) -> None:
        self._typing.done()
        self._rows.focus()
        self.sample()
