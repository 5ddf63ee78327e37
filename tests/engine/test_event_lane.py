"""The event lane: what belongs to a recording leaves in time's order, what does not only changes the state."""

from __future__ import annotations

import pytest

from holostream.engine.applied_ring import AppliedCommand
from holostream.engine.event_lane import MOST_ON_THE_WAY, EventLane
from holostream.engine.gain_ramp import GLIDE_HOPS
from holostream.format.holo_events import MAX_TEXT, Event

HOP = 128


def lane_with(*commands: tuple[int, str, float]) -> EventLane:
    lane = EventLane(HOP, 375.0)
    lane.add(AppliedCommand(*command) for command in commands)
    return lane


def test_events_leave_with_their_hop() -> None:
    lane = lane_with((0, "wet", 0.5), (3, "mute", 1.0), (3, "mute", 0.0), (4, "tier", 8.0))
    assert lane.take(2) == [Event(0, "wet", 0.5)]
    assert lane.take(3) == [Event(3 * HOP, "mute", 1.0), Event(3 * HOP, "mute", 0.0)]
    assert lane.take(3) == []
    assert lane.take(100) == [Event(4 * HOP, "tier", 8.0)]


def test_a_marker_takes_its_place_among_commands() -> None:
    lane = lane_with((5, "wet", 0.5), (7, "wet", 0.6))
    lane.mark(6, "here")
    lane.mark(7, "")
    assert [(event.time // HOP, event.name) for event in lane.take(9)] == [
        (5, "wet"), (6, "marker"), (7, "wet"), (7, "marker"),
    ]  # fmt: skip


def test_the_state_is_that_before_a_hop() -> None:
    lane = lane_with((0, "tier", 64.0), (0, "wet", 1.0), (3, "wet", 0.4), (10, "wet", 0.3), (11, "wet", 0.2))
    assert lane.skip_to(0) == []
    assert lane.state(0) == [], "a session begins with what is told at its first hop"
    assert len(lane.take(5)) == 3
    assert lane.skip_to(10) == []
    assert lane.state(10) == [Event(10 * HOP, "tier", 64.0), Event(10 * HOP, "wet", 0.4)]
    assert lane.take(10) == [Event(10 * HOP, "wet", 0.3)], "there it begins to glide"
    assert lane.skip_to(20) == [Event(11 * HOP, "wet", 0.2)]
    assert lane.state(20) == [Event(20 * HOP, "tier", 64.0), Event(20 * HOP, "wet", 0.2)]


def test_gains_that_are_on_their_way_are_told_from_where_they_stood() -> None:
    lane = lane_with((0, "wet", 1.0), (0, "output_gain_db", 0.0), (50, "glide_ms", 100.0), (50, "wet", 0.5), (70, "output_gain_db", 6.0))
    lane.take(70)
    began = [(event.time // HOP, event.name, event.value) for event in lane.state(100) if event.time < 100 * HOP]
    stood = [(50, "output_gain_db", 0.0), (50, "wet", 1.0), (50, "glide_ms", 20.0)]
    assert began == [*stood, (50, "glide_ms", 100.0), (50, "wet", 0.5), (70, "output_gain_db", 6.0)]
    arrived = 70 + round(0.1 * 375) + GLIDE_HOPS
    assert min(event.time for event in lane.state(arrived)) == arrived * HOP


def test_gains_that_never_stand_still_are_told_of_for_so_long() -> None:
    lane = lane_with((0, "wet", 1.0), *((hop, "wet", hop % 2 / 2) for hop in range(1, 10000)))
    lane.take(9999)
    assert len(lane.state(10000)) < MOST_ON_THE_WAY + 10


def test_what_changes_nothing_is_no_event_of_a_move() -> None:
    lane = lane_with((0, "mute", 0.0), (0, "freeze", 0.0), (0, "comb", 1.0), (3, "freeze", 0.5), (4, "freeze", 0.5))
    assert lane.take(9) == [Event(0, "mute", 0.0), Event(3 * HOP, "freeze", 0.5)]
    lane.add([AppliedCommand(10, "mute", 0.0)])
    assert lane.take(10) == [Event(10 * HOP, "mute", 0.0)], "of the mixer every one is told"


def test_the_first_value_at_a_hop_is_what_had_been() -> None:
    """So that whoever renders it knows where a glide began."""
    lane = lane_with((0, "wet", 1.0), (0, "tilt", 0.0), (0, "comb", 1.0), (0, "tilt", 3.0))
    assert lane.take(0) == [Event(0, "wet", 1.0), Event(0, "tilt", 0.0), Event(0, "tilt", 3.0)]
    lane.add([AppliedCommand(7, "freeze", 1.0), AppliedCommand(7, "tilt", 0.0)])
    assert {(event.name, event.value) for event in lane.state(7)} == {("wet", 1.0), ("tilt", 3.0), ("freeze", 0.0)}


def test_a_marker_of_hops_that_were_missed_stands_at_the_next() -> None:
    lane = lane_with((0, "wet", 1.0))
    lane.mark(2, "early")
    assert lane.skip_to(4) == [Event(0, "wet", 1.0)]
    assert lane.take(4) == [Event(4 * HOP, "marker", "early")]


def test_after_the_last_hop_only_markers_count() -> None:
    lane = lane_with((8, "wet", 0.5), (9, "mute", 1.0))
    lane.mark(9, "the end")
    assert lane.take_last(8) == [Event(8 * HOP, "wet", 0.5), Event(9 * HOP, "marker", "the end")]
    assert lane.state(9) == [Event(9 * HOP, "wet", 0.5)], "muted only from hop 9 on"
    assert lane.take(9) == [Event(9 * HOP, "mute", 1.0)]


def test_a_text_too_long_is_refused() -> None:
    lane = EventLane(HOP, 375.0)
    lane.mark(0, "a" * MAX_TEXT)
    with pytest.raises(ValueError, match="a marker's text has 1001 characters; at most 1000 fit"):
        lane.mark(0, "a" * (MAX_TEXT + 1))
    assert len(lane.take(0)) == 1
