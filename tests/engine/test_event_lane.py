"""The event lane: what belongs to a recording leaves in time's order, what does not only changes the state."""

from __future__ import annotations

import pytest

from holostream.engine.applied_ring import AppliedCommand
from holostream.engine.event_lane import EventLane
from holostream.format.holo_events import MAX_TEXT, Event

HOP = 128


def lane_with(*commands: tuple[int, str, float]) -> EventLane:
    lane = EventLane(HOP)
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


def test_a_recording_begins_with_the_state_of_its_first_hop() -> None:
    lane = lane_with((0, "tier", 64.0), (0, "wet", 1.0), (3, "wet", 0.4), (10, "wet", 0.3), (11, "wet", 0.2))
    assert len(lane.take(5)) == 3
    lane.begin(10)
    assert lane.take(10) == [Event(10 * HOP, "tier", 64.0), Event(10 * HOP, "wet", 0.3)]
    assert lane.take(11) == [Event(11 * HOP, "wet", 0.2)]
    lane.begin(20)
    assert lane.take(20) == [Event(20 * HOP, "tier", 64.0), Event(20 * HOP, "wet", 0.2)]


def test_a_marker_before_the_first_hop_stands_at_it() -> None:
    lane = lane_with((0, "wet", 1.0))
    lane.mark(2, "early")
    lane.begin(4)
    assert lane.take(4) == [Event(4 * HOP, "wet", 1.0), Event(4 * HOP, "marker", "early")]


def test_after_the_last_hop_only_markers_count() -> None:
    lane = lane_with((8, "wet", 0.5), (9, "mute", 1.0))
    lane.mark(9, "the end")
    assert lane.take_last(8) == [Event(8 * HOP, "wet", 0.5), Event(9 * HOP, "marker", "the end")]
    lane.begin(8)
    assert lane.take(8) == [Event(8 * HOP, "wet", 0.5)], "muted only from hop 9 on"
    assert lane.take(9) == [Event(9 * HOP, "mute", 1.0)]


def test_a_text_too_long_is_refused() -> None:
    lane = EventLane(HOP)
    lane.mark(0, "a" * MAX_TEXT)
    with pytest.raises(ValueError, match="a marker's text has 1001 characters; at most 1000 fit"):
        lane.mark(0, "a" * (MAX_TEXT + 1))
    assert len(lane.take(0)) == 1
