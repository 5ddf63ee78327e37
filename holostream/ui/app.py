"""The application: one live screen in the control process, with the sound in another."""

from __future__ import annotations

import asyncio
import signal
import sys

from textual.app import App
from textual.binding import Binding
from textual.screen import Screen

from holostream.control.performance import Performance
from holostream.format.stop_signals import POLITE, heeding
from holostream.ui.live_midi import LiveMidi
from holostream.ui.live_screen import LiveScreen
from holostream.ui.live_session import LiveSession
from holostream.ui.palette import CSS_VARIABLES
from holostream.ui.playback_screen import PlaybackScreen

TERMINAL_SECONDS = 0.2
"""Between two looks whether there is still a terminal."""


class HoloStreamApp(App[None]):
    """Shows a session until it ends or the user quits. The session is the caller's to close."""

    TITLE = "HoloStream"
    CSS_PATH = "app.tcss"
    ENABLE_COMMAND_PALETTE = False
    ALLOW_SELECT = False
    HORIZONTAL_BREAKPOINTS = [(0, "-narrow"), (120, "-wide")]  # noqa: RUF012 - as Textual has it
    VERTICAL_BREAKPOINTS = [(0, "-short"), (36, "-tall")]  # noqa: RUF012
    BINDINGS = [Binding("ctrl+c,ctrl+q", "quit", show=False, priority=True)]  # noqa: RUF012

    def __init__(
        self, session: LiveSession, performance: Performance | None = None, midi: LiveMidi | None = None
    ) -> None:
        """`performance`: what the keys play, default one of its own. `midi`: None where there is none."""
        self._session, self._performance, self._midi = session, performance or Performance(session), midi
        super().__init__()
        self.animation_level = "none"
        self._loop_of_its_own: asyncio.AbstractEventLoop | None = None
        self._left = False
        self.failure: Exception | None = None
        """What ended it, if something went wrong."""

    def on_mount(self) -> None:
        self._loop_of_its_own = asyncio.get_running_loop()
        if not self.is_headless:
            self.set_interval(TERMINAL_SECONDS, self._leave_without_terminal)
        if self._left:
            self.exit()

    def _leave_without_terminal(self) -> None:
        """One that is gone without a hang-up would soon hold up whoever writes to it, for ever."""
        if sys.__stderr__ is None or not sys.__stderr__.isatty():
            self.exit()

    def _handle_exception(self, error: Exception) -> None:
        """Instead of a traceback on the terminal and an end as if nothing had happened."""
        if self.is_headless:
            super()._handle_exception(error)
        else:
            self.failure = self.failure or error
            self.exit(return_code=1)

    def leave(self) -> None:
        """End, from within a signal's handler."""
        self._left = True
        if self._loop_of_its_own is not None:
            self._loop_of_its_own.call_soon_threadsafe(self.exit)

    def get_css_variables(self) -> dict[str, str]:
        return {**super().get_css_variables(), **CSS_VARIABLES}

    def get_default_screen(self) -> Screen[None]:
        session = self._session
        if session.playback is None:
            return LiveScreen(session, self._performance, self._midi)
        return PlaybackScreen(session, self._performance, self._midi, session.playback)


def run_ui(session: LiveSession, performance: Performance | None = None, midi: LiveMidi | None = None) -> None:
    """Take over the terminal until the user quits or the session ends. Raises whatever went wrong with the screen."""
    # The mouse stays the terminal's, so that messages and paths can be selected and copied.
    app = HoloStreamApp(session, performance, midi)
    with heeding((*POLITE, signal.SIGINT), app.leave):
        app.run(mouse=False)
    if app.failure is not None:
        raise app.failure
