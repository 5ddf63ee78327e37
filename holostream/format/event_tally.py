"""What `info` says of a recording's events, in bounded memory however many a file may have."""

from __future__ import annotations

from collections.abc import Iterable

from holostream.format.clock import clock
from holostream.format.holo_events import MARKER, Event
from holostream.format.printable import printable

MOST_LISTED = 100
"""Events, markers and names that are kept one by one; the rest is counted."""


class EventTally:
    """`add` all events in turn, then ask for the `summary`."""

    def __init__(self) -> None:
        self._count = self._marker_count = self._other_names = 0
        self._by_name: dict[str, int] = {}
        self._first: list[Event] = []
        self._markers: list[Event] = []

    def add(self, events: Iterable[Event]) -> None:
        """As read from a file."""
        for event in events:
            self._count += 1
            if event.name in self._by_name or len(self._by_name) < MOST_LISTED:
                self._by_name[event.name] = self._by_name.get(event.name, 0) + 1
            else:
                self._other_names += 1
            if len(self._first) < MOST_LISTED:
                self._first.append(event)
            if event.name == MARKER:
                self._marker_count += 1
                if len(self._markers) < MOST_LISTED:
                    self._markers.append(event)

    def summary(self, origin: int, rate: int) -> dict:
        """As JSON types: how many (`other_names`: of names beyond the first hundred), and the first hundred of all and of
        the markers, in seconds after `origin`, a time in samples."""

        def seconds(event: Event) -> float:
            return round((event.time - origin) / rate, 3)

        return {
            "count": self._count,
            "by_name": self._by_name,
            "other_names": self._other_names,
            "marker_count": self._marker_count,
            "markers": [{"seconds": seconds(event), "text": event.value} for event in self._markers],
            "first": [{"seconds": seconds(event), "name": event.name, "value": event.value} for event in self._first],
        }


def event_lines(summary: dict) -> list[str]:
    """For people: the counts, then a line for each marker."""
    if not summary["count"]:
        return ["none"]
    counts = [f"{count} {printable(name)}" for name, count in summary["by_name"].items()]
    if summary["other_names"]:
        counts.append(f"{summary['other_names']} of other names")
    lines = [", ".join(counts)]
    for marker in summary["markers"]:
        lines.append(f"marker at {clock(marker['seconds'])}  {printable(str(marker['text']))}".rstrip())
    if more := summary["marker_count"] - len(summary["markers"]):
        lines.append(f"and {more} more markers")
    return lines
