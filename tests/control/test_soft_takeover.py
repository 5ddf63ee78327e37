"""Pickup."""

from __future__ import annotations

from hypothesis import given
from hypothesis import strategies as st

from holostream.control.soft_takeover import MEETS, SoftTakeover


def turn(takeover: SoftTakeover, place: float, value: float) -> float:
    """One knob, whose value is its place; the value afterwards."""
    if takeover.passes("knob", (place,), value, value):
        takeover.sent("knob", place)
        return place
    return value


def test_a_knob_waits_until_it_crosses_the_value() -> None:
    takeover, value = SoftTakeover(), 0.5
    told = []
    for place in (0.1, 0.3, 0.45, 0.6, 0.9):
        value = turn(takeover, place, value)
        told.append(value)
    assert told == [0.5, 0.5, 0.5, 0.6, 0.9]


def test_it_meets_from_above_and_at_once_where_it_stands_right() -> None:
    takeover = SoftTakeover()
    assert [turn(takeover, place, 0.5) for place in (0.9, 0.55, 0.4)] == [0.5, 0.5, 0.4]
    assert turn(SoftTakeover(), 0.5 + MEETS / 2, 0.5) == 0.5 + MEETS / 2


def test_it_lets_go_when_another_hand_changes_the_value() -> None:
    takeover = SoftTakeover()
    assert turn(takeover, 0.5, 0.5) == 0.5
    assert turn(takeover, 0.7, 0.5) == 0.7
    assert turn(takeover, 0.71, 0.2) == 0.2
    assert turn(takeover, 0.3, 0.2) == 0.2
    assert turn(takeover, 0.1, 0.2) == 0.1


def test_places_it_went_through_at_once_count_too() -> None:
    assert SoftTakeover().passes("knob", (0.1, 0.5, 0.9), 0.5, 0.5)
    assert SoftTakeover().passes("knob", (0.1, 0.9, 0.1), 0.5, 0.5)
    assert not SoftTakeover().passes("knob", (0.1, 0.4, 0.1), 0.5, 0.5)


@given(st.lists(st.tuples(st.floats(0, 1), st.one_of(st.none(), st.floats(0, 1))), max_size=25))
def test_the_value_never_jumps_further_than_the_knob_moved(steps) -> None:
    takeover, value, before = SoftTakeover(), 0.5, None
    for place, other_hand in steps:
        value = value if other_hand is None else other_hand
        after = turn(takeover, place, value)
        moved = abs(place - before) if before is not None else 0.0
        assert abs(after - value) <= moved + MEETS
        value, before = after, place
