"""The MIDI map: rows of what which control does, found by control, and as lines for people."""

from __future__ import annotations

from collections.abc import Iterator, Sequence

from holostream.control.midi_controls import NUMBERED, Control
from holostream.control.midi_row import PRESSES, RELATIVE, MidiRow, relative_steps
from holostream.control.note_name import note_name


class MidiMap:
    """All rows, in their order. A control may do several things at once."""

    def __init__(self, rows: Sequence[MidiRow] = ()) -> None:
        self.rows = tuple(rows)
        self._found: dict[tuple[str, int], tuple[MidiRow, ...]] = {}
        for row in self.rows:
            for number in range(row.number[0], row.number[1] + 1):
                self._found[row.message, number] = (*self._found.get((row.message, number), ()), row)

    def rows_for(self, control: Control) -> Sequence[MidiRow]:
        """What a control that moved is to do: rows for its own channel or any."""
        rows = self._found.get((control.kind, control.number), ())
        return [row for row in rows if row.channel in (0, control.channel)] if rows else ()

    def __iter__(self) -> Iterator[MidiRow]:
        return iter(self.rows)


NAMES = {
    "note": "note", "control": "CC", "nrpn": "NRPN", "rpn": "RPN", "program": "program", "bend": "pitch bend",
    "channel_pressure": "channel pressure", "poly_pressure": "key pressure",
}  # fmt: skip


def control_text(kind: str, first: int, last: int, channel: int = 0) -> str:
    """A control as people write it: 'CC 7', 'notes C1-F#1', 'program 3 on channel 2'."""
    text = NAMES.get(kind, kind)
    if kind in NUMBERED:
        name = note_name if kind in ("note", "poly_pressure") else str
        if first != last:
            text += "s" if kind in ("note", "program") else ""
        text += f" {name(first)}" + (f"-{name(last)}" if last != first else "")
    return text + (f" on channel {channel}" if channel else "")


def row_text(row: MidiRow) -> str:
    """What a row does: 'wet', 'freeze while pressed', 'mute on, off'."""
    if row.mode == "trigger":
        return row.command if row.value is None else f"{row.command} {_number(row.value)}"
    if row.mode == "pick":
        return f"{row.command} by number"
    if row.mode in PRESSES:
        amount = "" if row.engine and row.engine.highest == row.high else f" {_number(row.high)}"
        return f"{row.command}{amount} " + ("while pressed" if row.mode == "momentary" else "on, off")
    whole = row.engine is None or (row.engine.lowest, row.engine.highest) == (row.low, row.high)
    ends = "" if whole else f" {_number(row.low)} to {_number(row.high)}"
    return f"{row.command}{ends}" + (" by an endless knob" if row.mode in RELATIVE else "")


def _number(value: float | str | None) -> str:
    return f"{value:g}" if isinstance(value, float | int) else str(value)


def map_lines(rows: MidiMap) -> list[tuple[str, str]]:
    """Every row as (control, what it does)."""
    return [(control_text(row.message, *row.number, row.channel), row_text(row)) for row in rows]


def effect_text(row: MidiRow, control: Control) -> str:
    """What a row makes of a control as it has moved, if nothing stands against it: 'wet 0.5'."""
    if row.mode == "absolute":
        pickup = " (once the knob meets it)" if row.pickup else ""
        return f"{row.command} {row.value_at(row.place(control.value)):.4g}{pickup}"
    if row.mode in RELATIVE:
        return f"{row.command} {relative_steps(row.mode, control.value):+d} steps"
    pressed = row.pressed(control.value)
    if row.mode == "momentary":
        return f"{row.command} {_number(row.high if pressed else row.low)}"
    if not pressed:
        return f"{row.command}: nothing at its release"
    if row.mode == "pick":
        return f"{row.command} {row.picked(control.number):.4g}"
    return row_text(row)
