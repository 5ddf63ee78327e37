"""The one table of keys: what a key is called, what it does, and how its command's value changes.

KEY_ROWS are the live keys; TRANSPORT_ROWS are there too while a recording plays.

Pure: `command_for` turns a row and the current values into the (command, value) to send. Keys are named as
Textual names them, printable ones by themselves. Terminals do not report a key's release, so switches toggle.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING, Literal

import numpy as np

from holostream.codec.tier import TIERS
from holostream.engine.command import COMMAND_NUMBER, COMMANDS

if TYPE_CHECKING:
    from holostream.engine.playback import Playback

Change = Literal["set", "toggle", "add", "neighbor", "action"]

GAIN_STEP_DB = 1.0
WET_STEP = 0.05
SEMITONE = 2 ** (1 / 12)


@dataclass(frozen=True)
class KeyRow:
    """A row of the table.

    `target` is a command of the engine, or, where `change` is "action", something the user interface does.
    `amount` is the value to set, the step to add, or how many tiers up.
    """

    keys: tuple[str, ...]
    help: str
    target: str
    change: Change
    amount: float = 0.0


KEY_ROWS = (
    *(KeyRow((str(1 + n),), f"tier {tier}", "tier", "set", tier) for n, tier in enumerate(TIERS)),
    KeyRow(("left",), "previous tier", "tier", "neighbor", -1),
    KeyRow(("right",), "next tier", "tier", "neighbor", 1),
    KeyRow(("up",), "output gain + 1 dB", "output_gain_db", "add", GAIN_STEP_DB),
    KeyRow(("down",), "output gain - 1 dB", "output_gain_db", "add", -GAIN_STEP_DB),
    KeyRow(("]", "shift+up"), "input gain + 1 dB", "input_gain_db", "add", GAIN_STEP_DB),
    KeyRow(("[", "shift+down"), "input gain - 1 dB", "input_gain_db", "add", -GAIN_STEP_DB),
    KeyRow((".", "+", "="), "more of the resynthesis", "wet", "add", WET_STEP),
    KeyRow((",", "-"), "more of the dry input", "wet", "add", -WET_STEP),
    KeyRow(("b",), "bypass: hear the input", "bypass", "toggle"),
    KeyRow(("m",), "mute", "mute", "toggle"),
    KeyRow(("g",), "feedback guard", "feedback_guard", "toggle"),
    KeyRow(("r",), "start or stop recording", "record", "action"),
    KeyRow(("c",), "save what was just played", "capture", "action"),
    KeyRow(("x",), "marker in the recording", "mark", "action"),
    KeyRow(("d",), "devices and block size", "devices", "action"),
    KeyRow(("?", "h"), "this help", "help", "action"),
    KeyRow(("q",), "quit", "quit", "action"),
)


@dataclass(frozen=True)
class TransportRow:
    """A key while a recording plays. `act` returns False where there is nowhere to go."""

    keys: tuple[str, ...]
    help: str
    act: Callable[[Playback], bool | None]


TRANSPORT_ROWS = (
    TransportRow(("space",), "pause, go on", lambda playback: playback.toggle()),
    TransportRow(("home",), "to the start", lambda playback: playback.seek(0.0)),
    TransportRow(("pageup",), "10 s back", lambda playback: playback.move(-10.0)),
    TransportRow(("pagedown",), "10 s on", lambda playback: playback.move(10.0)),
    TransportRow(("shift+left",), "1 s back", lambda playback: playback.move(-1.0)),
    TransportRow(("shift+right",), "1 s on", lambda playback: playback.move(1.0)),
    TransportRow(("(",), "loop starts here", lambda playback: playback.set_loop(start=playback.position)),
    TransportRow((")",), "loop ends here", lambda playback: playback.set_loop(end=playback.position)),
    TransportRow(("\\",), "no loop", lambda playback: playback.clear_loop()),
    TransportRow(("n",), "next marker", lambda playback: playback.to_marker(1)),
    TransportRow(("p",), "previous marker", lambda playback: playback.to_marker(-1)),
    TransportRow((">",), "faster by a semitone", lambda playback: playback.set_speed(playback.speed * SEMITONE)),
    TransportRow(("<",), "slower by a semitone", lambda playback: playback.set_speed(playback.speed / SEMITONE)),
)


def playback_rows() -> tuple[KeyRow | TransportRow, ...]:
    """All keys while a recording plays; the input that `b` lets through is then the recording."""
    return (
        *TRANSPORT_ROWS,
        *(replace(row, help="as recorded, or re-encoded") if row.target == "bypass" else row for row in KEY_ROWS),
    )


_ARROWS = {"left": "←", "right": "→", "up": "↑", "down": "↓"}


def key_label(key: str) -> str:
    """A key as people write it: arrows as arrows."""
    return " ".join(_ARROWS.get(part, part) for part in key.split("+")) if len(key) > 1 else key


def command_for(row: KeyRow, values: np.void | Mapping[str, float], tiers: Sequence[int] = TIERS) -> tuple[str, float]:
    """The command a key sends, given the values as they stand (by the commands' names); within its range.

    `tiers` are those that can be played: a tier's neighbors are looked for among them.

    Raises ValueError for a row that is an action of the user interface.
    """
    if row.target not in COMMAND_NUMBER or row.change == "action":
        raise ValueError(f"{row.target!r} is not a command; known are {', '.join(COMMAND_NUMBER)}")
    current = float(values[row.target])
    if row.change == "set":
        value = row.amount
    elif row.change == "toggle":
        value = 0.0 if current else 1.0
    elif row.change == "neighbor":
        value = float(_neighbor_tier(current, int(row.amount), tiers))
    else:
        value = round(current + row.amount, 3)  # twenty steps of 0.05 must end at 1, not beside it
    return row.target, COMMANDS[COMMAND_NUMBER[row.target]].accepted(value)


def _neighbor_tier(current: float, up: int, tiers: Sequence[int]) -> int:
    place = min(range(len(tiers)), key=lambda n: abs(tiers[n] - current))
    return tiers[min(max(place + up, 0), len(tiers) - 1)]
