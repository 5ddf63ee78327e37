"""From moved controls to commands, by the map. One thread at a time.

Where controls come faster than commands can be done, a knob's places in between are left out and the last one counts:
`turn` takes all that came since the last turn.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable
from typing import Protocol

from holostream.control.midi_controls import Control
from holostream.control.midi_map import MidiMap
from holostream.control.midi_row import RELATIVE, MidiRow, relative_steps
from holostream.control.soft_takeover import SoftTakeover


class Commands(Protocol):
    """What MIDI plays on: the engine's commands and the session's actions in one."""

    def do(self, name: str, value: float | str | None = None) -> None:
        """Raises ValueError, one sentence, for an unknown command or bad value."""

    def value(self, name: str) -> float:
        """An engine command's value as last asked for."""

    def observe(self, listener: Callable[[str, float], None]) -> None:
        """Have every change of an engine command told, whoever made it."""


_Press = tuple[str, int, int, str]
_Knob = tuple[str, str, int, int, int]
"""Its port, kind, channel and number, and a row of the map: each of two knobs that turn the same must meet its value."""
_Places = dict[_Knob, tuple[MidiRow, list[float]]]


def _key_of(row: MidiRow, control: Control) -> _Press:
    """What tells one control that presses, and what it does, from others; the same in another map."""
    return control.kind, control.channel, control.number, row.command


class Presses:
    """Of all buttons, pedals and keys, whatever map they play by; so that what is held while another comes can be let go."""

    def __init__(self) -> None:
        self.last: dict[_Press, float] = {}
        """Their last values, 0 to 1."""
        self.held: dict[_Press, tuple[str, MidiRow]] = {}
        """What does something while it is pressed, and is: its port and row."""


class MidiRouter:
    """One map played on commands. `complain` is told what a command refused."""

    def __init__(
        self, rows: MidiMap, commands: Commands, complain: Callable[[str], None], presses: Presses | None = None
    ) -> None:
        self.rows = rows
        self._commands, self._complain = commands, complain
        self._takeover, self._presses = SoftTakeover(), presses or Presses()

    def rows_for(self, moved: tuple[Control, ...]) -> tuple[Control, Iterable[MidiRow]] | None:
        """Of the readings of one message, the first that the map knows, with its rows."""
        for control in moved:
            if rows := self.rows.rows_for(control):
                return control, rows
        return None

    def released(self, found: tuple[Control, Iterable[MidiRow]] | None) -> tuple[Control, Iterable[MidiRow]] | None:
        """Of a control's rows those that were held and are let go."""
        if found is None:
            return None
        control, rows = found
        let_go = [row for row in rows if _key_of(row, control) in self._presses.held and not row.pressed(control.value)]
        return (control, let_go) if let_go else None

    def gone(self, port: str) -> None:
        """A port has gone, and nobody will let go what is held there."""
        self._let_go([key for key, (holder, _) in list(self._presses.held.items()) if holder == port])

    def let_go_unmapped(self) -> None:
        """This map has come, and no row of it would let go what is held."""
        self._let_go([key for key in list(self._presses.held) if not self._lets_go(key)])

    def _lets_go(self, key: _Press) -> bool:
        kind, channel, number, command = key
        rows = self.rows.rows_for(Control(kind, channel, number, 0.0))
        return any(row.command == command and row.mode == "momentary" for row in rows)

    def _let_go(self, keys: Iterable[_Press]) -> None:
        for key in keys:
            if held := self._presses.held.pop(key, None):  # unless another thread has just let it go
                self._presses.last.pop(key, None)
                self._do(held[1].command, held[1].low)

    def turn(self, found: Iterable[tuple[Control, Iterable[MidiRow]]], port: str = "") -> None:
        """Do what these controls ask, in their order; of a knob that moved repeatedly, the last place."""
        places: _Places = {}
        steps: dict[int, tuple[MidiRow, int]] = {}
        for control, rows in found:
            for row in rows:
                if row.mode == "absolute":
                    knob = port, control.kind, control.channel, control.number, id(row)
                    places.setdefault(knob, (row, []))[1].append(row.place(control.value))
                elif row.mode in RELATIVE:
                    before = steps.get(id(row), (row, 0))[1]
                    steps[id(row)] = row, before + relative_steps(row.mode, control.value)
                else:
                    # A press must find the knobs as they were when it came.
                    self._move(places, steps)
                    self._press(row, control, port)
        self._move(places, steps)

    def _move(self, places: _Places, steps: dict[int, tuple[MidiRow, int]]) -> None:
        for knob, (row, way) in places.items():
            self._place(knob, row, way)
        for row, count in steps.values():
            if row.command == "tier" and row.engine is not None and row.values == row.engine.choices:
                self._do("tier_step", float(count))  # from one to the next of those that are there
                continue
            value = self._commands.value(row.command)
            if (stepped := row.stepped(value, count)) != value:
                self._do(row.command, stepped)
        places.clear()
        steps.clear()

    def _place(self, knob: _Knob, row: MidiRow, way: list[float]) -> None:
        wanted = row.value_at(way[-1])
        if not row.pickup:
            self._do(row.command, wanted)
            return
        is_now = self._commands.value(row.command)
        value_place = way[-1] if wanted == is_now else row.place_of(is_now)
        if self._takeover.passes(knob, way, value_place, is_now):
            if wanted != is_now:
                self._do(row.command, wanted)
            self._takeover.sent(knob, self._commands.value(row.command))

    def _press(self, row: MidiRow, control: Control, port: str) -> None:
        key = _key_of(row, control)
        before = self._presses.last.get(key)
        self._presses.last[key] = control.value
        pressed, was_pressed = row.pressed(control.value), before is not None and row.pressed(before)
        if row.mode == "momentary":
            if pressed:
                self._presses.held[key] = port, row
            else:
                self._presses.held.pop(key, None)
            if pressed or was_pressed:
                self._do(row.command, row.high if pressed else row.low)
        elif pressed and (not was_pressed or control.kind == "note" or control.value == before):
            # A note is struck anew each time, and the same value again is another press of a button that does not tell its release.
            if row.mode == "toggle":
                self._do(row.command, row.toggled(self._commands.value(row.command)))
            else:
                self._do(row.command, row.picked(control.number) if row.mode == "pick" else row.value)

    def _do(self, name: str, value: float | str | None) -> None:
        try:
            self._commands.do(name, value)
        except ValueError as error:
            self._complain(str(error))
