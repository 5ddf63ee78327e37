"""A row of the MIDI map: which control does what, and the pure functions from its value to the command's and back.

What a `mode` makes of a control:
    absolute         the knob's place is the value, by `curve` from `low` to `high`, or by steps through `values`
    relative         an endless knob that sends 1 up and 127 down (two's complement); also relative_offset, which sends
                     65 and 63, and relative_signed, 1 and 65; 127 steps from end to end, or one of `values` a step
    momentary        `high` while pressed, else `low`
    toggle           from `low` to `high` and back with every press
    pick             the n-th of the row's numbers gives the n-th of `values`, or an even step between `low` and `high`
    trigger          a press sends `value`
"""

from __future__ import annotations

from dataclasses import dataclass, field, replace

from holostream.control.action import ACTIONS
from holostream.control.command_table import did_you_mean
from holostream.control.curve import CURVES, bend, unbend
from holostream.control.midi_controls import KINDS, NUMBERED
from holostream.engine.command import COMMAND_NUMBER, COMMANDS, CommandKind

_ACTIONS = {action.name: action for action in ACTIONS}
ACTION_NAMES = tuple(_ACTIONS)
"""What a row may ask of the session or the screen instead of the engine."""
RELATIVE = ("relative", "relative_offset", "relative_signed")
PRESSES = ("momentary", "toggle", "pick", "trigger")
MODES = ("absolute", *RELATIVE, *PRESSES)
MOST_NUMBERS = 128
STEPS_FROM_END_TO_END = 127
NEUTRAL_WIDTH = 0.004
"""Half a step of 7 bits, which have no middle: 63 and 64 are both neutral where the middle is."""


@dataclass(frozen=True)
class MidiRow:
    """Raises ValueError, one sentence, for what cannot be. What is None is filled in from the command's own range."""

    message: str
    """note, control, nrpn, rpn, program, bend, channel_pressure, poly_pressure, start, continue or stop."""
    command: str
    """Of the engine, or an action."""
    number: tuple[int, int] = (0, 0)
    """Note, controller, parameter or program, from and to; both the same for one alone."""
    channel: int = 0
    """1 to 16; 0: any."""
    mode: str = "absolute"
    curve: str = "lin"
    low: float | None = None
    high: float | None = None
    values: tuple[float, ...] = ()
    """The only values, instead of low to high."""
    value: float | str | None = None
    """Of a trigger."""
    input: tuple[float, float] | None = None
    """The part of the control's way that counts, 0 to 127. Outside a knob stands still and a press is none."""
    pickup: bool | None = None
    """Wait until the knob meets the value before it moves it; None: where a knob has no motor or spring."""
    engine: CommandKind | None = field(init=False, repr=False, compare=False)
    """The command's row, if it is one of the engine's."""
    _neutral_place: float | None = field(init=False, repr=False, compare=False, default=None)

    def __post_init__(self) -> None:
        check_one_of("message", self.message, KINDS)
        check_one_of("command", self.command, (*COMMAND_NUMBER, *ACTION_NAMES))
        check_one_of("mode", self.mode, MODES)
        check_one_of("curve", self.curve, CURVES)
        kind = COMMANDS[COMMAND_NUMBER[self.command]] if self.command in COMMAND_NUMBER else None
        object.__setattr__(self, "engine", kind)
        self._check_numbers()
        if kind is None and self.mode not in ("trigger", "pick"):
            raise ValueError(f"{self.command} is done, not set to a value: its mode can be trigger or pick")
        if self.message in ("program", "start", "continue", "stop") and self.mode not in ("toggle", "pick", "trigger"):
            raise ValueError(f"a {self.message} message has no value: its mode can be toggle, pick or trigger")
        self._fill_range(kind)
        if kind is None and self.mode == "trigger" and self.value is not None:
            _ACTIONS[self.command].accepted(self.value)
        if kind is not None and self.mode == "trigger":
            if not isinstance(self.value, float | int):
                raise ValueError(f"a trigger of {self.command} needs the value to set, as in value = {kind.neutral:g}")
            object.__setattr__(self, "value", kind.accepted(float(self.value)))

    def _check_numbers(self) -> None:
        first, last = self.number
        count = NUMBERED.get(self.message, 1)
        if not 0 <= first <= last < count:
            raise ValueError(f"number {first} to {last} is not within 0 to {count - 1}, which {self.message} has")
        if last - first >= MOST_NUMBERS:
            raise ValueError(f"number {first} to {last} are more than {MOST_NUMBERS}; use a narrower row")
        if not 0 <= self.channel <= 16:
            raise ValueError(f"channel {self.channel} is not within 1 to 16; leave it out for any channel")

    def _fill_range(self, kind: CommandKind | None) -> None:
        values, low, high = tuple(map(float, self.values)), self.low, self.high
        if values and self.mode in ("momentary", "toggle"):
            if len(values) != 2:
                raise ValueError(f"values are {len(values)}, and a {self.mode} row has two: released and pressed")
            (low, high), values = values, ()
        if kind is not None:
            if not values and self.low is None and self.high is None and self.mode not in ("momentary", "toggle"):
                values = kind.choices
            values = tuple(kind.accepted(value) for value in values)
            low = kind.neutral if low is None and self.mode in ("momentary", "toggle") else low
            low = kind.accepted(kind.lowest if low is None else low)
            high = kind.accepted(kind.highest if high is None else high)
        press = self.mode in PRESSES
        span = self.input or ((1.0 if self.message == "note" else 64.0) if press else 0.0, 127.0)
        if not (0 <= span[0] <= span[1] <= 127 and (press or span[0] < span[1])):
            raise ValueError(f"input {span[0]:g} to {span[1]:g} is no range within 0 to 127")
        if self.pickup is None:
            object.__setattr__(self, "pickup", self.mode == "absolute" and self.message in ("control", "nrpn", "rpn"))
        for name, filled in (("values", values), ("low", low), ("high", high), ("input", span)):
            object.__setattr__(self, name, filled)
        if kind is not None and not values and min(self._ends()) <= kind.neutral <= max(self._ends()):
            object.__setattr__(self, "_neutral_place", self.place_of(kind.neutral))

    # From a control's value (0 to 1) to the command's.

    def place(self, value: float) -> float:
        """Where a control stands within the part of its way that counts, 0 to 1."""
        low, high = self.input or (0.0, 127.0)
        return min(max((value * 127 - low) / (high - low), 0.0), 1.0)

    def pressed(self, value: float) -> bool:
        """Whether a control's value is a press."""
        low, high = self.input or (0.0, 127.0)
        return low <= value * 127 + 1e-9 and value * 127 - 1e-9 <= high

    def value_at(self, place: float) -> float:
        """The command's value at a knob's place, 0 to 1; exactly neutral next to the place where it is neutral."""
        if self.values:
            return self.values[min(int(place * len(self.values)), len(self.values) - 1)]
        if self._neutral_place is not None and abs(place - self._neutral_place) <= NEUTRAL_WIDTH:
            return self.engine.neutral if self.engine else 0.0
        return bend(self.curve, place, *self._ends())

    def place_of(self, value: float) -> float:
        """The inverse: the knob's place for a value of the command's, the middle of its step if it has steps."""
        if self.values:
            nearest = min(range(len(self.values)), key=lambda n: abs(self.values[n] - value))
            return (nearest + 0.5) / len(self.values)
        return unbend(self.curve, value, *self._ends())

    def stepped(self, value: float, steps: int) -> float:
        """The value so many steps of an endless knob on."""
        if not steps:
            return value
        parts = len(self.values) or STEPS_FROM_END_TO_END
        return self.value_at(min(max(self.place_of(value) + steps / parts, 0.0), 1.0))

    def picked(self, number: int) -> float:
        """The value that one of the row's numbers stands for."""
        first, last = self.number
        n = min(max(number, first), last) - first
        if self.values:
            return self.values[min(n, len(self.values) - 1)]
        if self.engine is None:
            return (float(first) if self.low is None else self.low) + n
        return self.value_at(n / max(last - first, 1))

    def without_number(self, number: int) -> list[MidiRow]:
        """What is left of the row, doing what it did, if one of its numbers is taken away: none to two rows."""
        first, last = self.number
        if not first <= number <= last:
            return [self]
        parts = []
        for start, end in ((first, number - 1), (number + 1, last)):
            if start <= end:
                part = replace(self, number=(start, end))
                if self.mode == "pick" and self.engine is None:
                    part = replace(part, low=self.picked(start))
                elif self.mode == "pick":
                    part = replace(part, values=tuple(self.picked(n) for n in range(start, end + 1)))
                parts.append(part)
        return parts

    def toggled(self, value: float) -> float:
        """The other of the two values."""
        low, high = self._ends()
        return low if abs(value - high) <= 1e-6 * max(abs(high - low), 1e-6) else high

    def _ends(self) -> tuple[float, float]:
        return self.low or 0.0, self.high or 0.0


def check_one_of(what: str, given: str, legal: tuple[str, ...]) -> None:
    """Raises ValueError that names what is close, else all there is."""
    if given not in legal:
        raise ValueError(f"{what} {given!r} is unknown; {did_you_mean(str(given), list(legal), 'known are ' + ', '.join(legal))}")


def relative_steps(mode: str, value: float) -> int:
    """Steps of an endless knob from a control's value (0 to 1): positive up."""
    raw = round(value * 127)
    if mode == "relative_offset":
        return raw - 64
    if mode == "relative_signed":
        return raw if raw < 64 else 64 - raw
    return raw if raw < 64 else raw - 128

