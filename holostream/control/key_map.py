"""The one table of keys: what a key is called, what it asks for, and how its command's value changes.

KEY_ROWS are the live keys; TRANSPORT_ROWS are there too while a recording plays.

Pure: `command_for` turns a row and the current values into what to ask of the performance. Keys are named as
Textual names them, printable ones by themselves. Terminals do not report a key's release, so switches and moves toggle.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, replace
from typing import Literal

from holostream.codec.tier import TIERS
from holostream.engine.command import command_kind

Change = Literal["set", "toggle", "add", "action"]

GAIN_STEP_DB = 1.0
WET_STEP = 0.05


@dataclass(frozen=True)
class KeyRow:
    """A row of the table.

    `target` is a name of the one command table: of the sound, or, where `change` is "action", an action.
    `amount` is the value to set, the step to add, what a toggle puts in the neutral value's place, or an action's value.
    """

    keys: tuple[str, ...]
    help: str
    target: str
    change: Change
    amount: float | None = None


KEY_ROWS = (
    *(KeyRow((str(1 + n),), f"tier {tier}", "tier", "set", tier) for n, tier in enumerate(TIERS)),
    KeyRow(("left",), "previous tier", "tier_step", "action", -1.0),
    KeyRow(("right",), "next tier", "tier_step", "action", 1.0),
    KeyRow(("up",), "output gain + 1 dB", "output_gain_db", "add", GAIN_STEP_DB),
    KeyRow(("down",), "output gain - 1 dB", "output_gain_db", "add", -GAIN_STEP_DB),
    KeyRow(("]", "shift+up"), "input gain + 1 dB", "input_gain_db", "add", GAIN_STEP_DB),
    KeyRow(("[", "shift+down"), "input gain - 1 dB", "input_gain_db", "add", -GAIN_STEP_DB),
    KeyRow((".", "+", "="), "more of the resynthesis", "wet", "add", WET_STEP),
    KeyRow((",", "-"), "more of the dry input", "wet", "add", -WET_STEP),
    KeyRow(("b",), "bypass: hear the input", "bypass", "toggle", 1.0),
    KeyRow(("m",), "mute", "mute", "toggle", 1.0),
    KeyRow(("g",), "feedback guard", "feedback_guard", "toggle", 1.0),
    KeyRow(("f",), "freeze", "freeze", "toggle", 1.0),
    KeyRow(("l",), "loop the last beat", "loop_beats", "toggle", 1.0),
    KeyRow(("t",), "tap the tempo", "tap", "action"),
    KeyRow(("v",), "reverse the last second", "reverse", "toggle", 1.0),
    KeyRow(("s",), "stutter", "stutter", "toggle", 0.5),
    KeyRow(("o",), "robot", "robot", "toggle", 1.0),
    KeyRow(("w",), "whisper", "whisper", "toggle", 1.0),
    KeyRow(("0",), "all moves off", "neutral", "action"),
    KeyRow(("y",), "moves and their amounts", "moves", "action"),
    KeyRow(("P",), "presets", "presets", "action"),
    KeyRow(("M",), "MIDI", "midi", "action"),
    KeyRow(("r",), "start or stop recording", "record", "action"),
    KeyRow(("c",), "save what was just played", "capture", "action"),
    KeyRow(("x",), "marker in the recording", "mark", "action"),
    KeyRow(("d",), "devices and block size", "devices", "action"),
    KeyRow(("?", "h"), "this help", "help", "action"),
    KeyRow(("q",), "quit", "quit", "action"),
)


TRANSPORT_ROWS = (
    KeyRow(("space",), "pause, go on", "pause", "action"),
    KeyRow(("home",), "to the start", "seek", "action", 0.0),
    KeyRow(("pageup",), "10 s back", "skip", "action", -10.0),
    KeyRow(("pagedown",), "10 s on", "skip", "action", 10.0),
    KeyRow(("shift+left",), "1 s back", "skip", "action", -1.0),
    KeyRow(("shift+right",), "1 s on", "skip", "action", 1.0),
    KeyRow(("(",), "loop starts here", "loop_start", "action"),
    KeyRow((")",), "loop ends here", "loop_end", "action"),
    KeyRow(("\\",), "no loop", "loop_off", "action"),
    KeyRow(("n",), "next marker", "to_marker", "action", 1.0),
    KeyRow(("p",), "previous marker", "to_marker", "action", -1.0),
    KeyRow((">",), "faster by a semitone", "tape_step", "action", 1.0),
    KeyRow(("<",), "slower by a semitone", "tape_step", "action", -1.0),
)


def playback_rows() -> tuple[KeyRow, ...]:
    """All keys while a recording plays; the input that `b` lets through is then the recording."""
    return (
        *TRANSPORT_ROWS,
        *(replace(row, help="as recorded, or re-encoded") if row.target == "bypass" else row for row in KEY_ROWS),
    )


_ARROWS = {"left": "←", "right": "→", "up": "↑", "down": "↓"}


def key_label(key: str) -> str:
    """A key as people write it: arrows as arrows."""
    return " ".join(_ARROWS.get(part, part) for part in key.split("+")) if len(key) > 1 else key


def command_for(row: KeyRow, value: Callable[[str], float]) -> tuple[str, float | None]:
    """What a key asks for: name and value, within the command's range. `value` gives a command's present one."""
    if row.change == "action":
        return row.target, row.amount
    kind, amount = command_kind(row.target), row.amount or 0.0
    if row.change == "toggle":
        amount = amount if value(row.target) == kind.neutral else kind.neutral
    elif row.change == "add":
        amount = round(value(row.target) + amount, 3)  # twenty steps of 0.05 must end at 1, not beside it
    return row.target, kind.accepted(amount)
