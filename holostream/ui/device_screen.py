"""Pick another device: an API, an input and an output of it, a block size. Enter opens, Escape cancels."""

from __future__ import annotations

import contextlib
import threading
from collections.abc import Sequence
from typing import Any, TypeVar

from textual.app import ComposeResult
from textual.binding import Binding
from textual.containers import Grid, Vertical
from textual.content import Content
from textual.screen import ModalScreen
from textual.widgets import OptionList
from textual.widgets.option_list import Option

from holostream.engine.device_list import is_file
from holostream.engine.settings import API_VIRTUAL
from holostream.ui.device_choice import BLOCKS, DeviceChoice, Direction, apis, block_label, blocks, name_label, names
from holostream.ui.line_view import LineView
from holostream.ui.live_session import LiveSession
from holostream.ui.palette import DIM, WARN

T = TypeVar("T")


class DeviceScreen(ModalScreen[DeviceChoice | None]):
    """Ends with the choice, or None."""

    BINDINGS = [  # noqa: RUF012 - as Textual has it
        Binding("escape,d,q", "cancel", show=False),
        Binding("right", "app.focus_next", show=False),
        Binding("left", "app.focus_previous", show=False),
    ]

    def __init__(self, session: LiveSession) -> None:
        super().__init__()
        self._session = session
        self._devices: list[dict[str, Any]] = []
        self._choices: dict[str, Sequence[Any]] = {"api": (), "input": (), "output": (), "block": BLOCKS}

    def compose(self) -> ComposeResult:
        lists = [OptionList(id=name) for name in ("api", "input", "block", "output")]
        for option_list in lists:
            option_list.border_title = option_list.id
        box = Vertical(Grid(*lists), LineView("hint"), classes="box")
        box.border_title = "devices"
        yield box

    def on_mount(self) -> None:
        self._hint("looking for devices…", searching=True)
        block = self._session.settings.block
        choices = blocks(block)
        self._fill("block", choices, [block_label(size) for size in choices], block)
        # No worker of Textual's: those are waited for at the end, and the sound system may never answer.
        threading.Thread(target=self._find_devices, name="devices", daemon=True).start()

    def _find_devices(self) -> None:
        devices = self._session.list_devices()
        with contextlib.suppress(RuntimeError):  # the program is leaving
            self.call_later(self._found, devices)

    def _found(self, devices: list[dict[str, Any]]) -> None:
        if not self.is_attached:
            return
        self._devices = devices
        device = self._session.device
        current = API_VIRTUAL if device.get("virtual") else str(device.get("api"))
        found = apis(devices, current)
        self._fill("api", found, found, current)
        self._fill_names("input")
        self._fill_names("output")
        self._hint("Tab, ← →: list   ↑ ↓: choice   Enter: open   Escape: cancel")
        self.query_one("#api").focus()

    def _fill(self, name: str, choices: Sequence[T], labels: Sequence[str], current: T) -> None:
        self._choices[name] = choices
        option_list = self.query_one(f"#{name}", OptionList)
        option_list.clear_options()
        # As Content, because a bracket in a device's name is not markup.
        option_list.add_options([Option(Content(label)) for label in labels])
        option_list.highlighted = choices.index(current) if current in choices else 0

    def _chosen(self, name: str) -> Any:
        place = self.query_one(f"#{name}", OptionList).highlighted
        return self._choices[name][place or 0]

    def on_option_list_option_highlighted(self, event: OptionList.OptionHighlighted) -> None:
        """Inputs and outputs follow the API."""
        if event.option_list.id == "api":
            self._fill_names("input")
            self._fill_names("output")

    def _fill_names(self, direction: Direction) -> None:
        api, settings, device = self._chosen("api"), self._session.settings, self._session.device
        if direction == "input" and settings.playback is not None:
            self._fill("input", [settings.input], [settings.playback.name], settings.input)
            return
        wanted = settings.input if direction == "input" else settings.output
        file = wanted if is_file(wanted) else None
        opened = device.get(direction) or None if file is None and api == device.get("api") and not device.get("virtual") else None
        choices = names(self._devices, api, direction, file, opened)
        self._fill(direction, choices, [name_label(name, api, direction) for name in choices], file or opened)

    def on_option_list_option_selected(self) -> None:
        """Enter, in any list."""
        if self._choices["api"] and self.is_current:  # not a second Enter that came with the first
            self.dismiss(DeviceChoice(*(self._chosen(name) for name in ("api", "input", "output", "block"))))

    def action_cancel(self) -> None:
        self.dismiss(None)

    def _hint(self, text: str, searching: bool = False) -> None:
        self.query_one("#hint", LineView).show_lines([((text, WARN if searching else DIM),)])
