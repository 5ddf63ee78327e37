"""Steps of moves and their settings: where one step up or down leads, what a switch puts in, where a value stands. Pure."""

from __future__ import annotations

import bisect

from holostream.control.key_map import KEY_ROWS
from holostream.engine.command import CommandKind

USUAL_STEP, USUAL_FINE_STEP = 0.05, 0.01
_STEPS = {
    "loop": (0.25, 0.01), "reverse": (0.25, 0.01), "speed": (0.25, 0.01), "tilt": (1.0, 0.1), "shift": (1.0, 1.0),
    "comb": (1.0, 1.0), "tempo": (1.0, 0.1), "loop_beats": (1.0, 0.0625), "glide_ms": (10.0, 1.0),
}  # fmt: skip
"""A step and a fine one, where they are not the usual ones."""
_RUNGS = {
    "loop_beats": (0.0, 0.0625, 0.125, 0.25, 0.5, 1.0, 2.0, 4.0, 8.0),
    "glide_ms": (0.0, 5.0, 10.0, 20.0, 50.0, 100.0, 200.0, 500.0, 1000.0, 2000.0, 5000.0, 10_000.0),
}
"""Where steps grow with the value: their ends."""
_FULL = {kind.target: kind.amount for kind in KEY_ROWS if kind.change == "toggle"}


def stepped(kind: CommandKind, value: float, up: bool, fine: bool = False) -> float:
    """The value a step up or down, within the range. A step that would cross neutral ends there."""
    rungs = kind.choices or _RUNGS.get(kind.name, ())
    if rungs and not (fine and kind.name in _STEPS):
        beyond = [rung for rung in rungs if (rung > value if up else rung < value)]
        return float(beyond[0 if up else -1] if beyond else value)
    step = _STEPS.get(kind.name, (USUAL_STEP, USUAL_FINE_STEP))[fine]
    there = round(value + (step if up else -step), 6)  # twenty steps of 0.05 must end at 1, not beside it
    if (value - kind.neutral) * (there - kind.neutral) < 0:
        return kind.neutral
    return kind.accepted(there)


def full(kind: CommandKind) -> float:
    """What a switch puts in neutral's place: what the move's key does, else as much as there is; of a setting, neutral."""
    if kind.group == "setting":
        return kind.neutral
    return _FULL.get(kind.name) or kind.highest


def place(kind: CommandKind, value: float) -> float:
    """Where a value stands between lowest (0) and highest (1): as many steps from the next as that from the one after."""
    rungs = kind.choices or _RUNGS.get(kind.name, (kind.lowest, kind.highest))
    value = min(max(value, rungs[0]), rungs[-1])
    below = min(bisect.bisect_right(rungs, value) - 1, len(rungs) - 2)
    return (below + (value - rungs[below]) / (rungs[below + 1] - rungs[below])) / (len(rungs) - 1)
