"""Keys to commands, without a terminal."""

from __future__ import annotations

import pytest

from holostream.codec.tier import TIERS
from holostream.control.key_map import KEY_ROWS, KeyRow, command_for, key_label
from holostream.engine.command import COMMAND_NUMBER, COMMANDS

VALUES = {
    "tier": 64, "input_gain_db": 0.0, "output_gain_db": -3.0, "wet": 0.5, "bypass": 0, "mute": 1, "feedback_guard": 1,
}  # fmt: skip


def row_of(key: str) -> KeyRow:
    return next(row for row in KEY_ROWS if key in row.keys)


def test_no_key_stands_in_two_rows() -> None:
    keys = [key for row in KEY_ROWS for key in row.keys]
    assert len(keys) == len(set(keys))


def test_every_row_is_a_command_or_an_action_and_says_what_it_does() -> None:
    for row in KEY_ROWS:
        assert row.help
        assert (row.target in COMMAND_NUMBER) == (row.change != "action")
    mixer = {kind.name for kind in COMMANDS if kind.group == "mixer"}
    assert {row.target for row in KEY_ROWS} >= mixer, "a command that no key reaches"


@pytest.mark.parametrize(
    ("key", "expected"),
    [
        ("1", ("tier", 4)),
        ("7", ("tier", 256)),
        ("left", ("tier", 32)),
        ("right", ("tier", 128)),
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
    ],
)
def test_a_key_sends_its_command(key: str, expected: tuple[str, float]) -> None:
    assert command_for(row_of(key), VALUES) == expected


def test_values_stay_within_the_commands_range() -> None:
    at_the_edge = {**VALUES, "output_gain_db": 24.0, "input_gain_db": -60.0, "wet": 1.0, "tier": 256}
    assert command_for(row_of("up"), at_the_edge) == ("output_gain_db", 24)
    assert command_for(row_of("["), at_the_edge) == ("input_gain_db", -60)
    assert command_for(row_of("."), at_the_edge) == ("wet", 1)
    assert command_for(row_of("right"), at_the_edge) == ("tier", 256)
    assert command_for(row_of("left"), {**VALUES, "tier": 4}) == ("tier", 4)


def test_twenty_steps_of_wet_end_exactly_at_one() -> None:
    wet = 0.0
    for _ in range(20):
        wet = command_for(row_of("."), {**VALUES, "wet": wet})[1]
    assert wet == 1.0


def test_arrow_keys_walk_through_all_tiers() -> None:
    tier, seen = 4.0, [4.0]
    while len(seen) < len(TIERS):
        tier = command_for(row_of("right"), {**VALUES, "tier": tier})[1]
        seen.append(tier)
    assert seen == list(TIERS)


def test_arrow_keys_walk_through_the_tiers_that_are_there() -> None:
    there = (16, 64, 128)
    for tier, left, right in ((16, 16, 64), (64, 16, 128), (128, 64, 128)):
        assert command_for(row_of("left"), {**VALUES, "tier": tier}, there) == ("tier", left)
        assert command_for(row_of("right"), {**VALUES, "tier": tier}, there) == ("tier", right)
    assert command_for(row_of("1"), VALUES, there) == ("tier", 4)  # the session says that it is missing


def test_an_action_of_the_user_interface_is_no_command() -> None:
    with pytest.raises(ValueError, match="not a command"):
        command_for(row_of("q"), VALUES)


def test_labels_show_arrows() -> None:
    assert [key_label(key) for key in ("shift+up", "left", "+", "]")] == ["shift ↑", "←", "+", "]"]
