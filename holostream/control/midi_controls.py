"""From messages to moved controls: coarse and fine halves joined, notes and bends brought to a value from 0 to 1.

A controller sends more than 7 bits in halves: controls 0-31 have a fine half in 32-63, and parameters beyond the 128
controls are chosen by two controls (98, 99 or 100, 101) and then set by 6 and 38. `MidiControls` remembers, per channel,
which halves it has seen. One for each port. No I/O, no clock; bad sequences give odd values but never an error.
"""

from __future__ import annotations

from typing import NamedTuple

from holostream.control.midi_message import BEND_MIDDLE, MidiMessage

KINDS = (
    "note", "control", "nrpn", "rpn", "program", "bend", "channel_pressure", "poly_pressure", "start", "continue", "stop",
)  # fmt: skip
"""Of controls, as a map's rows call them."""
NUMBERED = {"note": 128, "control": 128, "nrpn": 16384, "rpn": 16384, "program": 128, "poly_pressure": 128}
"""Those of which there are several, and how many."""

DATA, DATA_FINE, INCREMENT, DECREMENT = 6, 38, 96, 97
CHOOSING = {98: ("nrpn", 0), 99: ("nrpn", 7), 100: ("rpn", 0), 101: ("rpn", 7)}
"""Control: what it chooses the number of, and how far its 7 bits are shifted."""
NOTHING_CHOSEN = 16383


class Control(NamedTuple):
    """A control that moved: `value` from 0 to 1, a note's is its velocity and 0 when it is let go."""

    kind: str
    channel: int
    number: int
    value: float


class MidiControls:
    """The memory of one port: fed messages, it gives the controls they move."""

    def __init__(self) -> None:
        self._whole: dict[tuple, int] = {}
        self._has_fine: set[tuple] = set()
        self._alone: set[tuple] = set()
        """Those whose coarse half came last."""
        self._last: dict[int, int] = {}
        """The control that a channel sent last."""
        self._chosen: dict[int, tuple[str, int]] = {}

    def moved(self, message: MidiMessage) -> tuple[Control, ...]:
        """What a message moves: nothing, a control, or (a fine half) itself and the control it belongs to."""
        kind, channel, number, value = message
        if kind == "control":
            return self._control(channel, number, value)
        if kind in ("note_on", "note_off"):
            return (Control("note", channel, number, value / 127 if kind == "note_on" else 0.0),)
        if kind == "bend":
            # From the middle to either end by its own scale, so that the middle is exactly a half.
            return (Control(kind, channel, 0, 0.5 + 0.5 * value / (BEND_MIDDLE if value < 0 else BEND_MIDDLE - 1)),)
        if kind == "clock":
            return ()
        pressure = kind in ("channel_pressure", "poly_pressure")
        return (Control(kind, channel, number, value / 127 if pressure else 1.0),)

    def _control(self, channel: int, number: int, value: int) -> tuple[Control, ...]:
        last, self._last[channel] = self._last.get(channel), number
        if number in CHOOSING:
            kind, shift = CHOOSING[number]
            before, so_far = self._chosen.get(channel, (kind, NOTHING_CHOSEN))
            kept = (so_far if before == kind else NOTHING_CHOSEN) & ~(127 << shift)
            self._chosen[channel] = kind, kept | value << shift
            return ()
        kind, parameter = self._chosen.get(channel, ("", NOTHING_CHOSEN))
        if parameter != NOTHING_CHOSEN and number in (DATA, DATA_FINE, INCREMENT, DECREMENT):
            return self._parameter((kind, channel, parameter), number, value)
        if number < 32:
            return (self._set_coarse(("control", channel, number), value),)
        own = Control("control", channel, number, value / 127)
        whole = ("control", channel, number - 32)
        # Many controllers have faders on the first 32 and buttons on the next: a fine half comes right after its coarse one.
        if number < 64 and whole in self._whole and last in (number, number - 32):
            return own, self._set_fine(whole, value)
        return (own,)

    def _parameter(self, key: tuple[str, int, int], number: int, value: int) -> tuple[Control, ...]:
        if number == DATA:
            return (self._set_coarse(key, value),)
        if number == DATA_FINE:
            return (self._set_fine(key, value),)
        step = 1 if number == INCREMENT else -1
        self._has_fine.add(key)
        self._alone.discard(key)
        self._whole[key] = min(max(self._whole.get(key, 0) + step, 0), 16383)
        return (Control(*key, self._whole[key] / 16383),)

    def _set_coarse(self, key: tuple[str, int, int], value: int) -> Control:
        self._whole[key] = value << 7
        if key in self._alone:
            self._has_fine.discard(key)  # what seemed to be its fine half was a control of its own
        self._alone.add(key)
        # A control that never sent a fine half must still reach 1.
        return Control(*key, (value << 7) / 16383 if key in self._has_fine else value / 127)

    def _set_fine(self, key: tuple[str, int, int], value: int) -> Control:
        self._alone.discard(key)
        self._has_fine.add(key)
        self._whole[key] = self._whole.get(key, 0) & ~127 | value
        return Control(*key, self._whole[key] / 16383)
