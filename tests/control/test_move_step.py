"""Steps stay in range, end at neutral, and lead back."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from holostream.control.move_step import full, place, stepped
from holostream.engine.command import COMMANDS, CommandKind, command_kind

TABLE = [kind for kind in COMMANDS if kind.group != "mixer"]


@pytest.mark.parametrize("kind", TABLE, ids=lambda kind: kind.name)
@pytest.mark.parametrize("fine", [False, True])
def test_steps_lead_to_both_ends_and_through_neutral(kind: CommandKind, fine: bool) -> None:
    for up, end in ((True, kind.highest), (False, kind.lowest)):
        value, seen, steps = kind.lowest if up else kind.highest, set[float](), 0
        while value != end:
            before = value
            value = stepped(kind, value, up, fine)
            assert (value > before) is up
            assert kind.accepted(value) == value
            seen.add(value)
            steps += 1
        assert kind.neutral in seen | {kind.lowest, kind.highest}
        assert stepped(kind, end, up, fine) == end
        assert steps <= (12_000 if fine else 300)


@given(st.sampled_from(TABLE), st.floats(0, 1), st.booleans(), st.booleans())
def test_from_anywhere_a_step_goes_its_way_and_stays_in_range(kind: CommandKind, at: float, up: bool, fine: bool) -> None:
    value = kind.lowest + at * (kind.highest - kind.lowest)
    there = stepped(kind, value, up, fine)
    assert kind.lowest <= there <= kind.highest
    assert there >= value - 1e-6 if up else there <= value + 1e-6


def test_the_steps_of_a_few() -> None:
    for name, value, up, fine, there in (
        ("freeze", 0.0, True, False, 0.05), ("freeze", 0.95, True, False, 1.0), ("freeze", 0.05, False, True, 0.04),
        ("tilt", -0.3, True, False, 0.0), ("tilt", 0.0, True, True, 0.1), ("speed", 0.75, True, False, 1.0),
        ("loop_beats", 0.0, True, False, 0.0625), ("loop_beats", 3.0, True, False, 4.0),
        ("loop_beats", 3.0, False, False, 2.0), ("loop_beats", 2.0, True, True, 2.0625),
        ("morph_tier", 8.0, True, True, 16.0), ("glide_ms", 20.0, True, False, 50.0), ("glide_ms", 20.0, True, True, 21.0),
    ):  # fmt: skip
        assert stepped(command_kind(name), value, up, fine) == there, (name, value)


def test_a_switch_puts_in_what_the_key_does_or_all_there_is() -> None:
    switched = {name: full(command_kind(name)) for name in ("freeze", "loop_beats", "stutter", "tilt", "mute_high")}
    assert switched == {"freeze": 1, "loop_beats": 1, "stutter": 0.5, "tilt": 12, "mute_high": 0.25}
    assert all(full(kind) != kind.neutral for kind in TABLE if kind.group == "move")


@given(st.sampled_from(TABLE), st.floats(-1, 2), st.floats(-1, 2))
def test_places_keep_the_order(kind: CommandKind, one: float, other: float) -> None:
    def at(share: float) -> float:
        return place(kind, kind.lowest + share * (kind.highest - kind.lowest))

    assert place(kind, kind.lowest) == 0
    assert place(kind, kind.highest) == 1
    assert 0 <= at(one) <= 1
    if one <= other:
        assert at(one) <= at(other)
