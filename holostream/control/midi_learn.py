"""Learning: from what a control sends when it is moved, the row that makes it do a command. Pure.

Told to move a control (an endless knob to the right), people send a short run of messages: `LearnedRow` collects it and
`guess_row` tells a knob from a button, a key, a pedal or an endless knob.
"""

from __future__ import annotations

from itertools import pairwise

from holostream.control.action import Action, Value
from holostream.control.command_table import accepted, row_named
from holostream.control.midi_controls import Control
from holostream.control.midi_row import MidiRow
from holostream.engine.command import COMMAND_NUMBER, command_kind

SETTLED_SECONDS, ENOUGH = 0.5, 12
MOVED = 2 / 127


class LearnedRow:
    """Fed controls as they move, it waits for one that is meant."""

    def __init__(self) -> None:
        self.run: list[Control] = []
        self._first: dict[tuple[str, int, int], list[Control]] = {}
        self._since = 0.0

    def heard(self, moved: tuple[Control, ...], now: float) -> None:
        """What a message moved, at a time in seconds. Many controls tremble all the time: that is not meant."""
        if not moved:
            return
        # A fine half counts for its whole control only if that has been moved too: else it is a knob of its own.
        control = moved[-1] if moved[-1][:3] in self._first else moved[0]
        key = control[:3]
        if self.run:
            if self.run[0][:3] == key:
                self.run.append(control)
            return
        heard = self._first.setdefault(key, [])
        heard.append(control)
        values = [one.value for one in heard]
        press = control.kind not in ("control", "nrpn", "rpn", "channel_pressure", "poly_pressure", "bend")
        ends = control.value in (0.0, 1.0) or round(control.value * 127) in (1, 63, 65)
        repeats = len(values) > 2 and values[-1] == values[-2] == values[-3]
        if (press and control.value > 0) or (not press and (ends or repeats or max(values) - min(values) > MOVED)):
            self.run, self._since = heard, now

    def settled(self, now: float) -> bool:
        """Whether there is enough to tell what it is."""
        return bool(self.run) and (len(self.run) >= ENOUGH or now - self._since >= SETTLED_SECONDS)


def learnable(command: str, value: Value = None) -> Value:
    """The value as the command takes it; None: none is given. Raises ValueError for an unknown command, a value that it does
    not take, or none where a press could not tell it."""
    row = row_named(command)
    return None if value is None and not isinstance(row, Action) else accepted(row, value)


def guess_row(command: str, run: list[Control], value: Value = None) -> MidiRow:
    """The row for a command from the messages of the one control that moved; with a value: a press sets it.

    Raises ValueError where such a control makes no sense for the command.
    """
    value = learnable(command, value)
    kind, channel, number, _ = run[0]
    common = {"message": kind, "command": command, "number": (number, number), "channel": channel}
    if command not in COMMAND_NUMBER or value is not None:
        return MidiRow(**common, mode="trigger", value=value)  # type: ignore[arg-type]
    engine = command_kind(command)
    if kind in ("note", "program", "start", "continue", "stop") or (kind == "control" and _is_button(run)):
        if engine.choices and not engine.is_switch:
            raise ValueError(
                f"a button cannot choose a {command}: say which, as in `holostream midi learn {command} {engine.neutral:g}`"
            )
        holds = engine.group == "move" and kind in ("note", "control")
        return MidiRow(**common, mode="momentary" if holds else "toggle")  # type: ignore[arg-type]
    return MidiRow(**common, mode=_knob_mode(run) if kind == "control" else "absolute")  # type: ignore[arg-type]


def _is_button(run: list[Control]) -> bool:
    return {control.value for control in run} <= {0.0, 1.0} and not _repeats([round(c.value * 127) for c in run])


def _repeats(values: list[int]) -> bool:
    """A knob with ends never says the same twice in a row."""
    return any(one == other for one, other in pairwise(values))


def _knob_mode(run: list[Control]) -> str:
    values = [round(control.value * 127) for control in run]
    fine = any(abs(control.value * 127 - value) > 1e-6 for control, value in zip(run, values, strict=True))
    if fine or (not _repeats(values) and values not in ([1], [65])):
        return "absolute"
    if all(1 <= value <= 8 or 65 <= value <= 72 for value in values) and any(value <= 8 for value in values):
        return "relative_signed" if any(value >= 65 for value in values) else "relative"
    if all(56 <= value <= 72 for value in values):
        return "relative_offset"
    return "relative" if all(value <= 8 or value >= 120 for value in values) else "absolute"
