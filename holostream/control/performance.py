"""What is played, whoever plays it: keys, MIDI, OSC and scripts ask here by the names of the one command table."""

from __future__ import annotations

import threading
import time
from collections import deque
from collections.abc import Callable
from dataclasses import replace
from typing import Protocol

import numpy as np

from holostream.control.action import Action, Value
from holostream.control.command_table import accepted, row_named
from holostream.control.preset import GLIDE, TIER, Command, preset_of
from holostream.control.preset_folder import PresetFolder, backup_of
from holostream.control.tap_tempo import TapTempo
from holostream.control.transport import move_in
from holostream.engine.command import MOVES, command_kind
from holostream.engine.playback import Playback
from holostream.engine.settings import LiveSettings

UNTIL_SHOWN_SECONDS = 0.25
"""After which the engine's status has a value that was asked for, or it never will."""

Listener = Callable[[str, float], None]


class PlayedSession(Protocol):
    """What is asked of `engine.session.Session`, or a test's fake."""

    @property
    def settings(self) -> LiveSettings: ...
    @property
    def tiers(self) -> tuple[int, ...]:
        """Harmonics of the tiers that can be played, in ascending order."""

    @property
    def messages(self) -> deque[str]:
        """For the user, newest last."""

    @property
    def playback(self) -> Playback | None:
        """None where the sound is a live input's."""

    @property
    def recording(self) -> object | None: ...
    def snapshot(self) -> np.void:
        """A record of STATUS_TYPE."""

    def send(self, name: str, value: float) -> bool:
        """Whether it was taken; if not, a message says why."""

    def toggle_recording(self) -> None: ...
    def capture(self) -> None:
        """Write what was just played to a file."""

    def mark(self, text: str = "") -> None:
        """Set a marker in the recording, or in what is kept."""


class Performance:
    """Around a session, for any thread. `quit_asked` is set where there is no screen to end it."""

    def __init__(
        self,
        session: PlayedSession,
        presets: PresetFolder | None = None,
        clock: Callable[[], float] = time.monotonic,
    ) -> None:
        self._session, self._clock = session, clock
        self.presets = presets or PresetFolder()
        self.midi_map: str | None = None
        """The map that a preset has put to use, by its file's name: it is saved with the next preset."""
        self.quit_asked = threading.Event()
        self._lock = threading.Lock()
        self._asked: dict[str, tuple[float, float]] = {}
        """Of each command the value last asked for, and when."""
        self._listeners: list[Listener] = []
        self._screen: Callable[[str], object] | None = None
        self._map_listener: Callable[[str], None] | None = None
        self._tempo = TapTempo()
        self._restoring: threading.Timer | None = None

    # what is asked

    def do(self, name: str, value: Value = None) -> None:
        """A command of the sound, or an action, with its value. Raises ValueError for what cannot be, or fails."""
        row = row_named(name)
        wanted = accepted(row, value)
        if not isinstance(row, Action):
            assert isinstance(wanted, float)
            self._send(name, wanted)
        elif row.group == "screen":
            self._show(name)
        elif row.group == "transport":
            assert not isinstance(wanted, str)
            move_in(self._session.playback, name, wanted)
        else:
            try:
                self._act(name, wanted)
            except OSError as error:
                where = error.filename or "the disk"
                raise ValueError(f"{name}: {where}: {error.strerror}; check its permissions and room") from error

    def ask(self, name: str, value: Value = None) -> None:
        """As `do`; what cannot be done is a message."""
        try:
            self.do(name, value)
        except ValueError as error:
            self.tell(str(error))

    def value(self, name: str, snapshot: np.void | None = None) -> float:
        """A command's value as last asked for, or as the engine has it once it has had the time to see to it.

        `snapshot`: the session's, of whoever asks for many values at once. Raises ValueError for an unknown name.
        """
        kind = command_kind(name)
        asked = self._asked.get(name)
        if asked is not None and self._clock() - asked[1] < UNTIL_SHOWN_SECONDS:
            return asked[0]
        if snapshot is None:
            snapshot = self._session.snapshot()
        if asked is not None:
            plays = snapshot["running"] and snapshot["hops"]  # not yet, or the device is away
            if not plays or self._clock() - asked[1] < _shown_after(snapshot):
                return asked[0]
        if not (snapshot["running"] or snapshot["hops"]):
            return float(self._session.settings.tier or kind.neutral) if name == TIER else kind.neutral
        return float(snapshot[name])

    def observe(self, listener: Listener) -> None:
        """Be told of every command of the sound that is asked for, by whomever, in their thread."""
        with self._lock:
            self._listeners = [*self._listeners, listener]

    def note(self, name: str, value: float) -> None:
        """Something has been sent past this, as a script does: the listeners are told."""
        self._asked[name] = value, self._clock()
        for listener in self._listeners:
            listener(name, value)

    def on_screen(self, show: Callable[[str], object] | None) -> None:
        """Who does the screen's actions: called with their names, in any thread. None: nobody any more."""
        self._screen = show

    def on_midi_map(self, load: Callable[[str], None] | None) -> None:
        """Who loads the map that a preset names: called with the file's name."""
        self._map_listener = load

    def tell(self, text: str) -> None:
        """For the user."""
        self._session.messages.append(text)

    def close(self) -> None:
        """Before the session is: nothing is left to be sent later."""
        self._restore_now()

    # what is done

    def _send(self, name: str, value: float) -> None:
        if name == GLIDE:
            self._forget_restoring()
        if not self._session.send(name, value):
            return  # the session has said why
        if name == TIER and self._session.playback is not None:
            self.note("bypass", 0.0)
        self.note(name, value)

    def _show(self, name: str) -> None:
        if self._screen is not None:
            self._screen(name)
        elif name == "quit":
            self.quit_asked.set()
        else:
            raise ValueError(f"{name} needs a screen, and there is none: not in the first moments, with --headless, or without a terminal")

    def _act(self, name: str, value: Value) -> None:
        session = self._session
        match name:
            case "record":
                if value is None or bool(value) != (session.recording is not None):
                    session.toggle_recording()
            case "mark":
                session.mark(str(value or ""))
            case "capture":
                session.capture()
            case "preset":
                assert isinstance(value, str)
                self._recall(value)
            case "save_preset":
                preset, former = replace(preset_of(self._lasting), midi_map=self.midi_map), str(value) in self.presets.names()
                path = self.presets.write(str(value), preset)
                self.tell(f"preset {value} saved: {path}" + (f", the former is {backup_of(path).name}" if former else ""))
            case "neutral":
                for kind in MOVES:
                    if self.value(kind.name) != kind.neutral:
                        self._send(kind.name, kind.neutral)
            case "tap":
                if (tempo := self._tempo.tap(self._clock())) is not None:
                    self.do("tempo", tempo)
            case "tier_step":
                assert isinstance(value, float)
                self._send(TIER, float(tier_beside(self.value(TIER), round(value), session.tiers)))
            case _:
                raise AssertionError(name)

    def _recall(self, wanted: str) -> None:
        name, preset = self.presets.find(wanted)
        first, later = preset.steps()
        self._forget_restoring()
        for command in first:
            self._send(*command)
        if later:
            # In another block: of several values for one command only the last counts there.
            self._restoring = threading.Timer(_shown_after(self._session.snapshot()), self._restore, [later])
            self._restoring.daemon = True
            self._restoring.start()
        if preset.midi_map is not None:
            self.use_midi_map(preset.midi_map)
        self.tell(f"preset {name}")

    def use_midi_map(self, name: str) -> None:
        """A preset's, which the next one that is saved has as well."""
        self.midi_map = name
        if self._map_listener is not None:
            self._map_listener(name)

    def _lasting(self, name: str) -> float:
        """A command's value once the recall of a preset is over."""
        timer = self._restoring
        later: list[Command] = [] if timer is None else next(iter(timer.args))
        return dict(later).get(name, self.value(name))

    def _restore(self, commands: list[Command]) -> None:
        self._restoring = None
        for command in commands:
            self._send(*command)

    def _restore_now(self) -> None:
        if (timer := self._restoring) is not None:
            self._forget_restoring()
            self._restore(*timer.args)

    def _forget_restoring(self) -> None:
        timer, self._restoring = self._restoring, None
        if timer is not None:
            timer.cancel()


def tier_beside(current: float, up: int, tiers: tuple[int, ...]) -> int:
    """So many tiers up from the nearest of those that can be played, as far as there are any."""
    place = min(range(len(tiers)), key=lambda n: abs(tiers[n] - current))
    return tiers[min(max(place + up, 0), len(tiers) - 1)]


def _shown_after(snapshot: np.void) -> float:
    """Seconds in which the engine has seen to a command, and shows it."""
    return UNTIL_SHOWN_SECONDS + 2 * float(snapshot["block"]) / (float(snapshot["device_rate"]) or 1.0)
