"""Keys to commands, without a terminal."""

from __future__ import annotations

from collections.abc import Callable

import pytest

from holostream.control.action import Action
from holostream.control.command_table import accepted, row_named
from holostream.control.key_map import KEY_ROWS, TRANSPORT_ROWS, KeyRow, command_for, key_label, playback_rows
from holostream.engine.command import COMMANDS

VALUES = {
    "tier": 64, "input_gain_db": 0.0, "output_gain_db": -3.0, "wet": 0.5, "bypass": 0, "mute": 1, "feedback_guard": 1,
    "freeze": 0.0, "loop_beats": 2.0, "reverse": 0.0, "stutter": 0.25, "robot": 0.0, "whisper": 1.0,
}  # fmt: skip


def row_of(key: str) -> KeyRow:
    return next(row for row in KEY_ROWS if key in row.keys)


def values(**changed: float) -> Callable[[str], float]:
    return {**VALUES, **changed}.__getitem__


@pytest.mark.parametrize("rows", [KEY_ROWS, playback_rows()])
def test_no_key_stands_in_two_rows(rows: tuple[KeyRow, ...]) -> None:
    keys = [key for row in rows for key in row.keys]
    assert len(keys) == len(set(keys))


@pytest.mark.parametrize("row", [*KEY_ROWS, *TRANSPORT_ROWS], ids=lambda row: row.keys[0])
def test_every_row_asks_for_something_of_the_table_and_says_what_it_does(row: KeyRow) -> None:
    assert row.help
    asked = row_named(row.target)
    assert isinstance(asked, Action) == (row.change == "action")
    accepted(asked, command_for(row, values())[1])


def test_every_command_of_the_mixer_has_a_key() -> None:
    mixer = {kind.name for kind in COMMANDS if kind.group == "mixer"}
    assert {row.target for row in KEY_ROWS} >= mixer


@pytest.mark.parametrize(
    ("key", "expected"),
    [
        ("1", ("tier", 4)),
        ("7", ("tier", 256)),
        ("left", ("tier_step", -1)),
        ("right", ("tier_step", 1)),
        ("up", ("output_gain_db", -2)),
        ("down", ("output_gain_db", -4)),
        ("shift+up", ("input_gain_db", 1)),
        ("]", ("input_gain_db", 1)),
        ("[", ("input_gain_db", -1)),
        (",", ("wet", 0.45)),
        ("-", ("wet", 0.45)),
        (".", ("wet", 0.55)),
        ("+", ("wet", 0.55)),
        ("b", ("bypass", 1)),
        ("m", ("mute", 0)),
        ("g", ("feedback_guard", 0)),
        ("f", ("freeze", 1)),
        ("l", ("loop_beats", 0)),
        ("v", ("reverse", 1)),
        ("s", ("stutter", 0)),
        ("o", ("robot", 1)),
        ("w", ("whisper", 0)),
        ("t", ("tap", None)),
        ("0", ("neutral", None)),
        ("c", ("capture", None)),
        ("r", ("record", None)),
        ("x", ("mark", None)),
        ("y", ("moves", None)),
        ("P", ("presets", None)),
        ("M", ("midi", None)),
        ("q", ("quit", None)),
    ],
)
def test_a_key_asks_for_its_command(key: str, expected: tuple[str, float | None]) -> None:
    assert command_for(row_of(key), values()) == expected


def test_values_stay_within_the_commands_range() -> None:
    at_the_edge = values(output_gain_db=24.0, input_gain_db=-60.0, wet=1.0)
    assert command_for(row_of("up"), at_the_edge) == ("output_gain_db", 24)
    assert command_for(row_of("["), at_the_edge) == ("input_gain_db", -60)
    assert command_for(row_of("."), at_the_edge) == ("wet", 1)


def test_twenty_steps_of_wet_end_exactly_at_one() -> None:
    wet: float | None = 0.0
    for _ in range(20):
        wet = command_for(row_of("."), values(wet=wet))[1]
    assert wet == 1.0


def test_labels_show_arrows() -> None:
    assert [key_label(key) for key in ("shift+up", "left", "+", "]")] == ["shift ↑", "←", "+", "]"]
