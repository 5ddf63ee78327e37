"""Actions: what a key, MIDI, OSC or a script can ask of the session or the screen, beside the commands of the sound.

With `engine.command.COMMANDS` they are the one table, see `command_table`; what they do is in `performance`.
"""

from __future__ import annotations

import math
from dataclasses import dataclass
from typing import Literal

from holostream.engine.settings import FASTEST, SLOWEST

Value = float | str | None

_ON, _OFF = ("1", "on", "true", "yes"), ("0", "off", "false", "no")


def number_in(name: str, value: float | str) -> float:
    """A number from a number or a text; "on" and "off" are 1 and 0. Raises ValueError."""
    if isinstance(value, str):
        word = value.strip().lower()
        if word in _ON or word in _OFF:
            return float(word in _ON)
        try:
            value = float(word)
        except ValueError as error:
            raise ValueError(f"{name} is {value!r}; expected a number") from error
    if not math.isfinite(value):
        raise ValueError(f"{name} is {value}; expected a number")
    return float(value)


@dataclass(frozen=True)
class Action:
    """A row of the table. `optional`: it means something without its argument too."""

    name: str
    help: str
    argument: Literal["none", "switch", "text", "number"] = "none"
    optional: bool = False
    group: Literal["session", "transport", "screen"] = "session"
    lowest: float = -math.inf
    highest: float = math.inf

    def accepted(self, value: Value) -> Value:
        """The argument as the action takes it: a number clamped to the range, or a text, or None. Raises ValueError."""
        if self.argument == "none":
            if value not in (None, "", 1):  # a controller's "pressed" is no argument
                raise ValueError(f"{self.name} takes no value; leave {value!r} out")
            return None
        if value is None or value == "":
            if self.optional:
                return None
            raise ValueError(f"{self.name} needs a value: {self.expected}")
        if self.argument == "text":
            return value if isinstance(value, str) else f"{value:g}"
        number = number_in(self.name, value)
        if self.argument == "switch" and number not in (0.0, 1.0):
            raise ValueError(f"{self.name} is {number:g}; expected 0 or 1")
        return float(min(max(number, self.lowest), self.highest))

    @property
    def expected(self) -> str:
        """The argument in words."""
        if self.argument == "none":
            return ""
        if self.argument == "switch":
            words = "0 or 1"
        elif self.argument == "text":
            words = "text"
        elif math.isfinite(self.lowest) and math.isfinite(self.highest):
            words = f"{self.lowest:g} to {self.highest:g}"
        else:
            words = "number"
        return f"[{words}]" if self.optional else words


def _transport(
    name: str,
    help: str,
    argument: Literal["none", "switch", "text", "number"] = "none",
    lowest: float = -math.inf,
    highest: float = math.inf,
    optional: bool = False,
) -> Action:
    return Action(name, help, argument, optional, "transport", lowest, highest)


ACTIONS = (
    Action("record", "start (1) or stop (0) recording; without a value the other of both", "switch", True),
    Action("mark", "marker in the recording", "text", True),
    Action("capture", "save what was just played"),
    Action("preset", "recall a preset, by its name or number", "text"),
    Action("save_preset", "save the sound as it is now under a name", "text"),
    Action("neutral", "all moves off"),
    Action("tap", "a beat: two or more set the tempo"),
    Action("tier_step", "so many tiers up, or down where negative", "number", False, "session", -6, 6),
    _transport("pause", "pause (1) or go on (0); without a value the other of both", "switch", optional=True),
    _transport("seek", "to this time of the recording, seconds", "number", 0.0),
    _transport("skip", "so many seconds on, or back where negative", "number"),
    _transport("to_marker", "next marker (1) or the one before (-1)", "number", -1, 1),
    _transport("loop_start", "loop starts here"),
    _transport("loop_end", "loop ends here"),
    _transport("loop_off", "no loop"),
    _transport("tape_speed", "speed as a tape's, pitch follows", "number", SLOWEST, FASTEST),
    _transport("tape_step", "faster by so many semitones", "number", -24, 24),
    Action("help", "the keys", group="screen"),
    Action("devices", "devices and block size", group="screen"),
    Action("moves", "the moves", group="screen"),
    Action("presets", "the presets", group="screen"),
    Action("midi", "MIDI ports and map", group="screen"),
    Action("quit", "end the session", group="screen"),
)
