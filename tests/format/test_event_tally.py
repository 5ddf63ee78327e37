"""What is said of events, of few and of far too many."""

from __future__ import annotations

import json
import tracemalloc

from holostream.format.event_tally import MOST_LISTED, EventTally, event_lines
from holostream.format.holo_events import Event

RATE = 48000


def summary_of(*events: Event, origin: int = 0) -> dict:
    tally = EventTally()
    tally.add(events)
    return tally.summary(origin, RATE)


def test_counts_markers_and_the_first() -> None:
    summary = summary_of(
        Event(96000, "wet", 0.5), Event(96000, "tier", 8), Event(120000, "marker", "verse"), Event(144000, "tier", 16),
        origin=96000,
    )  # fmt: skip
    assert summary == {
        "count": 4, "by_name": {"wet": 1, "tier": 2, "marker": 1}, "other_names": 0, "marker_count": 1,
        "markers": [{"seconds": 0.5, "text": "verse"}],
        "first": [
            {"seconds": 0.0, "name": "wet", "value": 0.5}, {"seconds": 0.0, "name": "tier", "value": 8},
            {"seconds": 0.5, "name": "marker", "value": "verse"}, {"seconds": 1.0, "name": "tier", "value": 16},
        ],
    }  # fmt: skip
    assert event_lines(summary) == ["1 wet, 2 tier, 1 marker", "marker at 0:00.500  verse"]


def test_no_events() -> None:
    assert event_lines(summary_of()) == ["none"]


def test_what_is_far_too_much_is_counted() -> None:
    marks = [Event(48 * n, "marker", "") for n in range(MOST_LISTED + 7)]
    names = [Event(0, f"name {n}", n) for n in range(MOST_LISTED + 4)]
    summary = summary_of(*marks, *names)
    assert summary["count"] == 2 * MOST_LISTED + 11
    assert (len(summary["first"]), len(summary["markers"]), summary["marker_count"]) == (100, 100, 107)
    assert (len(summary["by_name"]), summary["other_names"]) == (100, 5)
    lines = event_lines(summary)
    assert lines[0].endswith(", 5 of other names")
    assert lines[-1] == "and 7 more markers"


def test_memory_is_bounded() -> None:
    tally = EventTally()

    def many(first: int, count: int) -> None:
        for n in range(first, first + count):
            tally.add([Event(n, f"{n:064d}", "x" * 900), Event(n, "marker", "y" * 900)])

    many(0, 500)
    tracemalloc.start()
    many(500, 5000)
    grown = tracemalloc.get_traced_memory()[0]
    tracemalloc.stop()
    assert grown < 20_000


def test_a_file_does_not_steer_the_terminal() -> None:
    hostile = "\x1b[2J\x07\ud800\n" + "a" * 900
    summary = summary_of(Event(0, "marker", hostile), Event(0, "\x1b[31m", 1), Event(0, "marker", 3.5))
    lines = event_lines(summary)
    assert all(line.isprintable() for line in lines)
    assert all(len(line) < 120 for line in lines)
    "\n".join(lines).encode()
    assert lines[2] == "marker at 0:00.000  3.5"
    assert json.loads(json.dumps(summary)) == summary
