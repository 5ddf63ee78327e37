"""MIDI bytes as messages, by the MIDI 1.0 specification. Pure, and never raises: what is no message of use is None.

System exclusive, time code, song position, active sensing, tuning and whatever is cut short or garbled are of no use.
Channels are counted from 1 to 16 as on every controller's screen; system messages have channel 0.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import NamedTuple

from holostream.control.note_name import note_name

BEND_MIDDLE = 8192
CHANNEL_KINDS = {
    # high half of the status byte: kind, length in bytes
    0x8: ("note_off", 3),
    0x9: ("note_on", 3),
    0xA: ("poly_pressure", 3),
    0xB: ("control", 3),
    0xC: ("program", 2),
    0xD: ("channel_pressure", 2),
    0xE: ("bend", 3),
}
SYSTEM_KINDS = {0xF8: "clock", 0xFA: "start", 0xFB: "continue", 0xFC: "stop"}


class MidiMessage(NamedTuple):
    """`number` is the note, controller or program; `value` the velocity, pressure or setting from 0 to 127.

    A bend's value goes from -8192 to 8191. What a kind does not have is 0.
    """

    kind: str
    channel: int
    number: int
    value: int


_SYSTEM = {status: MidiMessage(kind, 0, 0, 0) for status, kind in SYSTEM_KINDS.items()}


def read_message(data: Sequence[int]) -> MidiMessage | None:
    """One message from its bytes, status first, or None. A note on with velocity 0 is a note off."""
    if not data:
        return None
    status = data[0]
    if status >= 0xF0:
        return _SYSTEM.get(status) if len(data) == 1 else None
    known = CHANNEL_KINDS.get(status >> 4)
    if known is None or len(data) != known[1] or not all(0 <= byte <= 127 for byte in data[1:]):
        return None
    kind, channel = known[0], (status & 15) + 1
    if kind == "bend":
        return MidiMessage(kind, channel, 0, data[1] + 128 * data[2] - BEND_MIDDLE)
    if kind == "program":
        return MidiMessage(kind, channel, data[1], 0)
    if kind == "channel_pressure":
        return MidiMessage(kind, channel, 0, data[1])
    if kind == "note_on" and data[2] == 0:
        kind = "note_off"
    return MidiMessage(kind, channel, data[1], data[2])


def message_text(message: MidiMessage) -> str:
    """A message as people write it: 'note on C4 (60) 100, channel 1'."""
    kind, channel, number, value = message
    text = kind.replace("_", " ")
    if kind in ("note_on", "note_off", "poly_pressure"):
        text += f" {note_name(number)} ({number})"
    elif kind in ("control", "program"):
        text += f" {number}"
    if kind != "program" and channel:
        text += f" {'= ' if kind == 'control' else ''}{value}"
    return text + (f", channel {channel}" if channel else "")
