"""Back to the controllers: lights, motor faders and knob rings show what the values are, whoever changed them.

The map read backwards. A value goes out at most every FLUSH_SECONDS, the last one always does; never what the control
itself has just said; and what comes back as it was just sent out is an echo and nothing new. Pure but for what it
remembers; `changed` may be called from any thread, all else from one.
"""

from __future__ import annotations

from collections.abc import Callable

from holostream.control.midi_controls import Control
from holostream.control.midi_map import MidiMap
from holostream.control.midi_row import PRESSES, MidiRow

FLUSH_SECONDS = 0.02
ECHO_SECONDS, PRESS_ECHO_SECONDS = 0.3, 0.03
"""A motor fader takes its time; a finger that presses twice is slower than a wire."""
_STATUS = {"note": 0x90, "control": 0xB0, "program": 0xC0}

Key = tuple[str, int, int]


class MidiFeedback:
    """For one map; `value` gives a command's value, `channels` is what the one for the map before has kept."""

    def __init__(self, rows: MidiMap, value: Callable[[str], float], channels: dict[Key, int] | None = None) -> None:
        self._rows: dict[str, list[MidiRow]] = {}
        for row in rows:
            if row.engine is not None and row.message in _STATUS and row.mode != "trigger" and "relative" not in row.mode:
                self._rows.setdefault(row.command, []).append(row)
        self._value = value
        self._changed: dict[str, None] = {}
        self._known: dict[Key, int] = {}
        """What each control shows, 0 to 127: as it said, or as it was told."""
        self._told: dict[Key, float] = {}
        """Until when the same from a control is an echo."""
        self.channels = {} if channels is None else channels
        """Where a control (its key on channel 0) was last heard: there a row for any channel shows its value."""
        self._flushed = float("-inf")

    def changed(self, name: str) -> None:
        """A command has another value."""
        if name in self._rows:
            self._changed[name] = None

    def show_all(self) -> None:
        """A controller has just been plugged in and shows nothing yet."""
        self._known.clear()
        for name in self._rows:
            self._changed[name] = None

    def is_echo(self, control: Control, now: float) -> bool:
        """Whether a control only says what it was told; else what it says is remembered."""
        if control.kind not in _STATUS:
            return False
        # A key's light is on or off, however hard it was struck.
        raw = 127 * (control.value > 0) if control.kind == "note" else round(control.value * 127)
        key, shows = _key(control.kind, control.channel, control.number, raw)
        self.channels[key[0], 0, key[2]] = control.channel
        echo = now < self._told.pop(key, now) and self._known.get(key) == shows
        self._known[key] = shows
        return echo

    def messages(self, now: float) -> list[bytes]:
        """What is to be sent now."""
        if not self._changed or 0 <= now - self._flushed < FLUSH_SECONDS:
            return []
        self._flushed = now
        out: list[bytes] = []
        for name in list(self._changed):
            self._changed.pop(name, None)
            value = self._value(name)  # after the pop: a change from now on is a new one
            for row in self._rows[name]:
                for number, raw in _shown(row, value):
                    key, shows = _key(row.message, row.channel, number, raw)
                    if not row.channel:
                        key = key[0], self.channels.get(key, 1), key[2]
                    if self._known.get(key) != shows:
                        self._known[key] = shows
                        self._told[key] = now + (PRESS_ECHO_SECONDS if row.mode in PRESSES else ECHO_SECONDS)
                        out.append(as_bytes(row.message, key[1], number, raw))
        return out


def _shown(row: MidiRow, value: float) -> list[tuple[int, int]]:
    """(number, 0 to 127) for every control of a row that stands for a value."""
    first, last = row.number
    if row.mode == "pick":
        if row.message == "program":
            chosen = [number for number in range(first, last + 1) if row.picked(number) == value][:1]
            return [(number, 127) for number in chosen]
        return [(number, 127 * (row.picked(number) == value)) for number in range(first, last + 1)]
    if row.mode in ("momentary", "toggle"):
        on = row.toggled(value) != row.high
        return [(number, 127 * on) for number in range(first, last + 1)]
    low, high = row.input or (0.0, 127.0)
    return [(number, round(low + (high - low) * row.place_of(value))) for number in range(first, last + 1)]


def _key(kind: str, channel: int, number: int, raw: int) -> tuple[Key, int]:
    """What is remembered of a control, and under which key: of all programs, which one."""
    return ((kind, channel, 0), number) if kind == "program" else ((kind, channel, number), raw)


def as_bytes(kind: str, channel: int, number: int, value: int) -> bytes:
    """A message to send."""
    status = _STATUS[kind] | (channel - 1)
    return bytes((status, number)) if kind == "program" else bytes((status, number, value))
