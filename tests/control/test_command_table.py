"""One table: every name once, every value checked."""

from __future__ import annotations

import math

import pytest
from hypothesis import given
from hypothesis import strategies as st

from holostream.control.action import ACTIONS
from holostream.control.command_table import accepted, command_table, expected, row_named, table_rows
from holostream.engine.command import COMMANDS


def test_the_table_is_the_commands_and_the_actions_and_no_name_stands_twice() -> None:
    names = [row.name for row in command_table()]
    assert names == [row.name for row in (*COMMANDS, *ACTIONS)]
    assert len(names) == len(set(names))
    assert [row["name"] for row in table_rows()] == names
    assert all(row.help for row in command_table())


@pytest.mark.parametrize(
    ("name", "value", "taken"),
    [
        ("tilt", 3, 3.0),
        ("tilt", "-2.5", -2.5),
        ("tilt", 99, 12.0),
        ("mute", "on", 1.0),
        ("mute", "off", 0.0),
        ("tier", "16", 16.0),
        ("record", None, None),
        ("record", 0, 0.0),
        ("mark", None, None),
        ("mark", "verse one", "verse one"),
        ("preset", 3.0, "3"),
        ("capture", 1.0, None),
        ("tier_step", -1, -1.0),
        ("tape_speed", 9, 4.0),
    ],
)
def test_what_is_accepted(name: str, value: float | str | None, taken: float | str | None) -> None:
    assert accepted(row_named(name), value) == taken


@pytest.mark.parametrize(
    ("name", "value", "reason"),
    [
        ("tilt", None, "tilt needs a value: -12 to 12"),
        ("tilt", "much", "tilt is 'much'; expected a number"),
        ("tilt", math.nan, "tilt is nan; expected a number"),
        ("mute", 0.5, "mute is 0.5; expected one of 0, 1"),
        ("tier", 5, "tier is 5; expected one of 4, 8"),
        ("record", 2, "record is 2; expected 0 or 1"),
        ("preset", "", "preset needs a value: text"),
        ("seek", None, "seek needs a value: number"),
        ("capture", "now", "capture takes no value; leave 'now' out"),
        ("tier_step", math.inf, "tier_step is inf; expected a number"),
    ],
)
def test_what_is_refused(name: str, value: float | str | None, reason: str) -> None:
    with pytest.raises(ValueError, match=reason):
        accepted(row_named(name), value)


def test_an_unknown_name_is_told_with_those_spelled_alike() -> None:
    with pytest.raises(ValueError, match="unknown command 'titl'; did you mean tilt"):
        row_named("titl")
    with pytest.raises(ValueError, match="`holostream commands` lists all"):
        row_named("qqqq")


@given(st.sampled_from(command_table()), st.one_of(st.none(), st.floats(), st.text(max_size=8)))
def test_any_value_is_taken_or_refused_in_a_sentence(row, value) -> None:
    complaint, taken = row.name, None
    try:
        taken = accepted(row, value)
    except ValueError as error:
        complaint = str(error)
    assert row.name in complaint
    assert not isinstance(taken, float) or math.isfinite(taken)
    assert isinstance(expected(row), str)
