"""The live screen while a recording plays: with its transport, and the keys that move in it."""

from __future__ import annotations

from collections.abc import Sequence

from textual.app import ComposeResult
from textual.binding import Binding

from holostream.control.key_map import TRANSPORT_ROWS, playback_rows
from holostream.control.performance import Performance
from holostream.engine.playback import Playback
from holostream.ui.help_screen import HelpScreen
from holostream.ui.live_midi import LiveMidi
from holostream.ui.live_screen import LiveScreen
from holostream.ui.live_session import LiveSession
from holostream.ui.transport_line import TransportLine


class PlaybackScreen(LiveScreen):
    """A session whose sound is a recording's."""

    BINDINGS = [  # noqa: RUF012 - as Textual has it
        Binding(",".join(row.keys), f"transport({n})", row.help, show=False, priority=True)
        for n, row in enumerate(TRANSPORT_ROWS)
    ]

    def __init__(
        self, session: LiveSession, performance: Performance, midi: LiveMidi | None, playback: Playback
    ) -> None:
        super().__init__(session, performance, midi)
        self._playback, self._transport = playback, TransportLine("transport")

    def compose(self) -> ComposeResult:
        for widget in super().compose():
            if widget is self._mixer:
                yield self._transport
            yield widget

    def sample(self) -> None:
        """As the live screen's, and the transport."""
        super().sample()
        snapshot = self._session.snapshot()
        self._transport.show(self._playback, bool(snapshot["bypass"]), int(snapshot["playback_dry"]))

    def messages(self) -> Sequence[str]:
        """Why the recording cannot be played on stays the last one."""
        failure = self._playback.failure
        return self._session.messages if failure is None else [*self._session.messages, failure]

    def action_transport(self, number: int) -> None:
        """A key of the table."""
        self.press(TRANSPORT_ROWS[number])

    def action_help(self) -> None:
        self.app.push_screen(HelpScreen(playback_rows()))
