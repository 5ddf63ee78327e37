"""The one table of everything a key, MIDI message, OSC message or script can ask: commands of the sound, and actions."""

from __future__ import annotations

import difflib

from holostream.control.action import ACTIONS, Action, Value, number_in
from holostream.engine.command import COMMANDS, CommandKind

Row = CommandKind | Action


def command_table() -> tuple[Row, ...]:
    """All rows: the sound's first."""
    return (*COMMANDS, *ACTIONS)


_ROWS: dict[str, Row] = {row.name: row for row in command_table()}


def row_named(name: str) -> Row:
    """A row. Raises ValueError naming those that are spelled alike."""
    if name in _ROWS:
        return _ROWS[name]
    raise ValueError(f"unknown command {name!r}; {did_you_mean(name, _ROWS, '`holostream commands` lists all')}")


def did_you_mean(name: str, known: dict[str, Row] | list[str], otherwise: str) -> str:
    """The names that are spelled alike, as the end of a sentence; `otherwise` if none is."""
    alike = difflib.get_close_matches(name, list(known), 3, 0.6)
    return f"did you mean {' or '.join(alike)}?" if alike else otherwise


def accepted(row: Row, value: Value) -> Value:
    """The value as the row takes it. Raises ValueError."""
    if isinstance(row, Action):
        return row.accepted(value)
    if value is None or value == "":
        raise ValueError(f"{row.name} needs a value: {expected(row)}")
    return row.accepted(number_in(row.name, value))


def expected(row: Row) -> str:
    """What value a row takes, in words; nothing if none."""
    if isinstance(row, Action):
        return row.expected
    if row.choices:
        return "0 or 1" if row.is_switch else " ".join(f"{choice:g}" for choice in row.choices)
    return f"{row.lowest:g} to {row.highest:g}"


def table_rows() -> list[dict[str, str | float | None]]:
    """The table for people and programs: name, group, value (in words), neutral (None for actions), help."""
    return [
        {
            "name": row.name,
            "group": row.group,
            "value": expected(row),
            "neutral": None if isinstance(row, Action) else row.neutral,
            "help": row.help,
        }
        for row in command_table()
    ]
