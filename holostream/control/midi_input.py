"""MIDI, put together: ports to messages to moved controls to commands, values back to the controllers, and learning."""

from __future__ import annotations

import threading
import time
from collections.abc import Callable, Iterable
from pathlib import Path
from types import TracebackType

from holostream.control.midi_clock import MidiClock
from holostream.control.midi_controls import Control, MidiControls
from holostream.control.midi_feedback import MidiFeedback
from holostream.control.midi_learn import LearnedRow, guess_row, learnable
from holostream.control.midi_library import MidiError
from holostream.control.midi_map import MidiMap, map_lines
from holostream.control.midi_map_file import forget_row, load_map, map_path, save_row, state_of
from holostream.control.midi_message import MidiMessage, read_message
from holostream.control.midi_monitor import MidiMonitor
from holostream.control.midi_port import MidiPorts
from holostream.control.midi_port_name import shown
from holostream.control.midi_router import Commands, MidiRouter, Presses
from holostream.control.midi_row import PRESSES, MidiRow
from holostream.control.midi_settings import MidiSettings
from holostream.control.seldom import Seldom

MAP_LOOK_SECONDS = 0.5
"""So often the map's file is looked at: it may be written by hand, or learned to from outside."""
CLOCK_SILENT_SECONDS = 1.0
"""After this another port's clock is listened to."""

Watch = Callable[[str, MidiMessage, "tuple[Control, Iterable[MidiRow]] | None"], None]
"""Told of every message: port, message, and the control it moved with the rows for it."""


class MidiInput:
    """A performer's controllers. Its thread does the commands; `tell` is told in one sentence what people should know."""

    def __init__(
        self, settings: MidiSettings, commands: Commands, tell: Callable[[str], None], watch: Watch | None = None
    ) -> None:
        self.settings = settings
        self._commands, self._tell, self._watch = commands, Seldom(tell), watch
        self._controls: dict[str, MidiControls] = {}
        self._clock, self._clock_port, self._clock_heard = MidiClock(), "", float("-inf")
        self._clock_times: dict[str, float] = {}
        self._learning: LearnedRow | None = None
        self._learned = threading.Event()
        self._monitor = MidiMonitor()
        self._ports = MidiPorts(settings, self, tell)
        self._map_file: Path | None = None
        """Of the map in use; None: the user's own."""
        self._map_state, self._looked = "", float("-inf")
        self._presses = Presses()
        self._feedback = MidiFeedback(MidiMap(()), commands.value)
        self._router = MidiRouter(MidiMap(()), commands, self._tell, self._presses)
        self.use_map(settings.map_file)
        commands.observe(lambda name, value: self._feedback.changed(name))

    def __enter__(self) -> MidiInput:
        self._ports.start()
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self.close()

    def close(self) -> None:
        """Close all ports. May be called twice."""
        self._ports.close()

    @property
    def port_names(self) -> dict[str, list[str]]:
        """Of the open ports, by "in" and "out"."""
        return self._ports.names

    @property
    def rows(self) -> MidiMap:
        """The map in use."""
        return self._router.rows

    @property
    def recent(self) -> list[str]:
        """The last messages in words, newest last."""
        return self._monitor.lines()

    def map_lines(self) -> list[tuple[str, str]]:
        """The rows in use as (control, what it does)."""
        return map_lines(self.rows)

    def use_map(self, path: Path | None) -> None:
        """Play by another map, None the user's own; a malformed one is told and the program's is used. What is learned and
        forgotten from now on is written there."""
        self._map_file = path
        self._map_state = state_of(self.map_file)
        self._set_map(load_map(path, self._tell))

    @property
    def map_file(self) -> Path:
        """Of the map in use."""
        return self._map_file or map_path()

    def _set_map(self, rows: MidiMap) -> None:
        self._feedback = MidiFeedback(rows, self._commands.value, self._feedback.channels)
        self._router = MidiRouter(rows, self._commands, self._tell, self._presses)
        self._router.let_go_unmapped()
        self._feedback.show_all()

    # What the ports' thread asks for.

    def received(self, port: str, batch: list[tuple[list[int], float]]) -> None:
        """Play a port's messages."""
        now = time.monotonic()
        controls = self._controls.setdefault(port, MidiControls())
        # The map may be exchanged by another thread meanwhile.
        router, feedback, learning, found = self._router, self._feedback, self._learning, []
        for data, delta in batch:
            self._clock_times[port] = self._clock_times.get(port, 0.0) + delta
            message = read_message(data)
            if message is None or message.channel not in (0, self.settings.channel or message.channel):
                continue
            if message.channel == 0:
                self._time(port, message, now)
            moved = controls.moved(message)
            if moved and feedback.is_echo(moved[0], now):
                continue
            known = router.rows_for(moved)
            played = known or ((moved[0], ()) if moved else None)
            self._monitor.heard(shown(port), message, played)
            if self._watch is not None:
                self._watch(shown(port), message, played)
            if learning is not None and (known := router.released(known)) is None:
                learning.heard(moved, now)
            if known is not None:
                found.append(known)
        router.turn(found, port)
        for _, rows in found:
            for row in rows:
                if row.mode in PRESSES:  # a pad that lights itself while pressed must show what it switched
                    feedback.changed(row.command)

    def turn(self, now: float) -> Iterable[bytes]:
        """What is to be sent."""
        learning = self._learning
        if learning is not None and learning.settled(now):
            self._learned.set()
        if now - self._looked >= MAP_LOOK_SECONDS:
            self._looked = now
            if state_of(self.map_file) != self._map_state:  # learned or written elsewhere
                self.use_map(self._map_file)
        return self._feedback.messages(now)

    def unplugged(self, port: str) -> None:
        """What was held there is let go."""
        self._router.gone(port)
        self._controls.pop(port, None)
        self._clock_times.pop(port, None)

    def plugged(self) -> None:
        """A controller to send to has come."""
        self._feedback.show_all()

    def _time(self, port: str, message: MidiMessage, now: float) -> None:
        """Follow one port's clock: the first, until it is silent."""
        if not self.settings.follow_clock:
            return
        if port != self._clock_port:
            if now - self._clock_heard < CLOCK_SILENT_SECONDS:
                return
            self._clock_port, self._clock = port, MidiClock()
        self._clock_heard = now
        if message.kind == "clock":
            self._clock.tick(self._clock_times[port])
            # Whoever else has set it: as long as the clock ticks, it counts.
            if self._clock.tempo not in (None, self._commands.value("tempo")):
                self._commands.do("tempo", self._clock.tempo)
        elif message.kind != "stop":  # many senders go on ticking while stopped: then the tempo is still followed
            self._clock.start()

    # Learning.

    def learn(self, command: str, value: float | str | None = None, seconds: float = 15.0) -> MidiRow | None:
        """Wait for a control to be moved, make it do a command from now on, and write that into the map.

        Meanwhile controls do nothing. With a value the control's press sets it. None if nothing moved within `seconds` or
        `stop_learning` was called. Raises ValueError for an unknown command, a control that makes no sense for it, or a
        map that cannot be written to.
        """
        learnable(command, value)
        self._learned.clear()
        self._learning = learning = LearnedRow()
        try:
            self._learned.wait(seconds)
            stopped = self._learning is not learning
        finally:
            self._learning = None
        if stopped or not learning.run:
            return None
        row = guess_row(command, list(learning.run), value)
        self._set_map(save_row(self.map_file, row))
        self._map_state = state_of(self.map_file)
        return row

    def forget(self, place: int) -> None:
        """Take a row out of the map in use and out of the file, by its place. Raises ValueError, OSError."""
        row = self.rows.rows[place]
        self._set_map(forget_row(self.map_file, row))
        self._map_state = state_of(self.map_file)

    def stop_learning(self) -> None:
        """Let `learn` return without anything learned."""
        self._learning = None
        self._learned.set()


def open_midi(settings: MidiSettings, commands: Commands, tell: Callable[[str], None]) -> MidiInput | None:
    """MIDI for a performance, to be entered as a context; None where it is switched off or rtmidi is missing (told)."""
    if settings.off:
        return None
    try:
        return MidiInput(settings, commands, tell)
    except MidiError as error:
        tell(str(error))
        return None
