"""The live screen: all views, sampled from the session on a timer, and the keys that send commands."""

from __future__ import annotations

import time
from collections.abc import Sequence
from dataclasses import asdict

from textual.app import ComposeResult
from textual.binding import Binding
from textual.containers import Container, Horizontal
from textual.geometry import Size
from textual.screen import Screen

from holostream.control.key_map import KEY_ROWS, KeyRow, command_for
from holostream.control.performance import Performance
from holostream.ui.counters import Counters
from holostream.ui.device_choice import DeviceChoice, same_device
from holostream.ui.device_screen import DeviceScreen
from holostream.ui.dna_title import DnaTitle
from holostream.ui.dna_view import DnaView
from holostream.ui.header_line import HeaderLine
from holostream.ui.help_screen import HelpScreen
from holostream.ui.key_line import KeyLine, bound
from holostream.ui.latency_table import LatencyTable
from holostream.ui.level_meter import LevelMeter, LevelScale
from holostream.ui.live_midi import LiveMidi
from holostream.ui.live_session import LiveSession
from holostream.ui.message_lines import MessageLines
from holostream.ui.midi_screen import MidiScreen
from holostream.ui.mixer_line import MixerLine
from holostream.ui.moves_line import MovesLine
from holostream.ui.moves_screen import MovesScreen
from holostream.ui.presets_screen import PresetsScreen
from holostream.ui.recorder_line import RecorderLine
from holostream.ui.tier_bar import TierBar
from holostream.ui.timing_table import TimingTable

SAMPLES_PER_SECOND = 12
TICKS_PER_TABLE = 4
"""Numbers that nobody reads faster than three times a second are not computed more often."""


class LiveScreen(Screen[None]):
    """Everything at a glance; no view is hidden at 80 x 24."""

    BINDINGS = [  # noqa: RUF012 - as Textual has it
        Binding(bound(row.keys), f"press({n})", row.help, show=False)
        for n, row in enumerate(KEY_ROWS)
    ]

    def __init__(self, session: LiveSession, performance: Performance, midi: LiveMidi | None = None) -> None:
        super().__init__()
        self._session, self._performance, self._midi = session, performance, midi
        self._ticks = self._hidden = 0
        self._sizes = list[Size]()
        self._header = HeaderLine("header")
        self._input_meter = LevelMeter("input-meter", "in")
        self._output_meter = LevelMeter("output-meter", "out")
        self._scale, self._tier_bar = LevelScale("scale"), TierBar("tier", session.tiers)
        self._dna_title, self._dna = DnaTitle("dna-title"), DnaView("dna", session.facts, session.noise_tiers)
        self._latency, self._timing = LatencyTable("latency"), TimingTable("timing")
        self._counters, self._mixer, self._moves = Counters("counters"), MixerLine("mixer"), MovesLine("moves")
        self._recorder, self._messages = RecorderLine("recorder"), MessageLines("messages")

    def compose(self) -> ComposeResult:
        yield self._header
        yield self._input_meter
        yield self._scale
        yield self._output_meter
        yield self._tier_bar
        yield self._dna_title
        yield self._dna
        yield Horizontal(self._latency, Container(self._timing, self._counters, id="measured"), id="tables")
        yield self._mixer
        yield self._moves
        yield self._recorder
        yield self._messages
        yield KeyLine("keys", playing=self._session.playback is not None)

    def on_mount(self) -> None:
        self.set_interval(1 / SAMPLES_PER_SECOND, self._tick)
        self._performance.on_screen(lambda action: self.call_later(self._show, action))
        if self._performance.quit_asked.is_set():  # by a script, a controller or OSC, before there was a screen
            self.app.exit()

    def on_unmount(self) -> None:
        self._performance.on_screen(None)

    def _tick(self) -> None:
        """Under a dialog the picture moves once a second: each time draws the whole screen."""
        self._hidden = 0 if self.app.screen is self else self._hidden + 1
        if self._hidden % SAMPLES_PER_SECOND == 0:
            self.sample()
        if self._session.ended:
            self.app.exit()

    def sample(self) -> None:
        """Look at the session once and let every view show it."""
        session, snapshot = self._session, self._session.snapshot()
        lanes = max(1, int(snapshot["lanes"]))
        now = time.monotonic()
        self._input_meter.show(snapshot["input_peak"][:lanes], snapshot["input_rms"][:lanes], now)
        self._output_meter.show(snapshot["output_peak"][:lanes], snapshot["output_rms"][:lanes], now)
        morphed = int(snapshot["morph_tier"]) if snapshot["morph"] else 0
        self._tier_bar.show(int(snapshot["tier"]), int(snapshot["fading_from"]), morphed)
        self._dna.show(session, int(snapshot["hops"]))
        self._mixer.show(snapshot)
        self._moves.show(snapshot)
        self._recorder.show(session.recording, session.kept)
        self._messages.show(self.messages())
        sizes = [view.size for view in (self._header, self._latency, self._timing, self._counters)]
        if self._ticks % TICKS_PER_TABLE == 0 or sizes != self._sizes:
            self._sizes = sizes
            self._header.show(session.device, bool(snapshot["running"]), int(snapshot["block"]))
            self._scale.show(lanes)
            self._dna_title.show(int(snapshot["tier"]), self._dna.most, self._dna.seconds)
            self._latency.show(snapshot)
            self._timing.show(snapshot)
            self._counters.show(snapshot)
        self._ticks += 1

    def messages(self) -> Sequence[str]:
        """For the user, newest last."""
        return self._session.messages

    def action_press(self, number: int) -> None:
        """A key of the table."""
        self.press(KEY_ROWS[number])

    def press(self, row: KeyRow) -> None:
        """As its key does."""
        self._performance.ask(*command_for(row, self._performance.value))
        self.sample()

    async def _show(self, action: str) -> None:
        """What a key, MIDI, OSC or a script asks of the screen. A dialog is not asked for over another."""
        if self.app.screen is self or action == "quit":
            await self.run_action(action)

    def action_help(self) -> None:
        self.app.push_screen(HelpScreen())

    def action_devices(self) -> None:
        self.app.push_screen(DeviceScreen(self._session), self._reopen)

    def action_moves(self) -> None:
        self.app.push_screen(MovesScreen(self._session, self._performance, self._midi))

    def action_presets(self) -> None:
        self.app.push_screen(PresetsScreen(self._session, self._performance))

    def action_midi(self) -> None:
        self.app.push_screen(MidiScreen(self._session, self._performance, self._midi))

    def action_quit(self) -> None:
        self.app.exit()

    def _reopen(self, choice: DeviceChoice | None) -> None:
        if choice is not None:
            settings = self._session.settings
            rate = settings.rate if same_device(choice, settings, self._session.device) else None
            self._session.reopen(**asdict(choice), rate=rate)
