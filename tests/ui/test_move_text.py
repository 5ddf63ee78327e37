"""Moves in words."""

from __future__ import annotations

from holostream.engine.command import COMMANDS, command_kind
from holostream.ui.move_text import amount_text, moves_in, settings_of


def test_amounts_have_their_units() -> None:
    for name, value, text in (
        ("freeze", 1.0, "1"), ("gate", 0.25, "0.25"), ("loop", 1.5, "1.50 s"), ("loop_beats", 2.0, "2 beats"),
        ("loop_beats", 1.0, "1 beat"), ("loop_beats", 0.0625, "1/16 beat"), ("speed", 0.5, "×0.50"), ("tilt", 3.0, "+3.0"),
        ("tilt", 0.0, "0"), ("shift", -5.0, "-5"), ("comb", 3.0, "3"), ("tempo", 98.0, "98 bpm"), ("morph_tier", 256.0, "256"),
        ("glide_ms", 500.0, "500 ms"),
    ):  # fmt: skip
        assert amount_text(command_kind(name), value) == text


def test_settings_belong_to_one_move_each() -> None:
    owned = [kind.name for move in COMMANDS if move.group == "move" for kind in settings_of(move)]
    assert sorted(owned) == ["morph_tier", "mute_high", "mute_low", "solo_high", "solo_low"]


def test_only_what_is_not_neutral_is_named() -> None:
    values = {kind.name: kind.neutral for kind in COMMANDS}
    assert list(moves_in(values.__getitem__)) == []
    values |= {"tilt": 3.0, "morph": 0.5, "mute_range": 1.0, "speed": 2.0, "tempo": 90.0}
    assert list(moves_in(values.__getitem__)) == [
        ("speed", "×2.00"), ("mute", "1 of 0–0.25"), ("tilt", "+3.0"), ("morph", "0.50 → 8"),
    ]  # fmt: skip
