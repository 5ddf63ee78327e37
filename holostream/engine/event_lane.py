"""What happened, on its way into a recording: commands and markers wait here for the frames of their hop.

Each goes to the file with the block that holds its hop. A recording begins with the value of every command as its first
hop was heard (of moves and their settings only where it is not the neutral one), so that the file alone tells the state; what was done before is not in it. Of what came after its last
hop only markers are: they were meant for it, while a command changed nothing in it.

What counts is the hop at which a command took effect (see `applied_ring`): a tier's event is at the hop that primes it,
and it is heard from the next hop on. A device that is opened states every value anew, at the first hop it plays.
"""

from __future__ import annotations

from collections.abc import Iterable

from holostream.engine.applied_ring import AppliedCommand
from holostream.engine.command import command_kind
from holostream.format.holo_events import MARKER, MAX_TEXT, Event


class EventLane:
    """Give it everything in the order it happened. `hop` in samples."""

    def __init__(self, hop: int) -> None:
        self._hop = hop
        self._values: dict[str, float] = {}
        """Of each command, after what has left the lane."""
        self._waiting: list[Event] = []

    def add(self, commands: Iterable[AppliedCommand]) -> None:
        """Commands as the engine applied them."""
        self._waiting += [Event(command.hop * self._hop, command.name, command.value) for command in commands]

    def mark(self, hop: int, text: str) -> None:
        """A marker at the beginning of a hop. Raises ValueError if the text is too long for a file."""
        if len(text) > MAX_TEXT:
            raise ValueError(f"a marker's text has {len(text)} characters; at most {MAX_TEXT} fit, shorten it")
        self._waiting.append(Event(hop * self._hop, MARKER, text))

    def begin(self, hop: int) -> None:
        """A recording begins with this hop: what was done until then becomes the state at its beginning."""
        start = hop * self._hop
        markers = [
            Event(max(start, event.time), MARKER, event.value) for event in self.take(hop) if event.name == MARKER
        ]
        state = [
            Event(start, name, value)
            for name, value in self._values.items()
            if command_kind(name).group == "mixer" or value != command_kind(name).neutral
        ]
        self._waiting = [*state, *markers, *self._waiting]

    def take(self, hop: int) -> list[Event]:
        """Everything until this hop, and with it, in the order of time."""
        if not self._waiting:
            return []
        until = hop * self._hop
        taken = sorted((event for event in self._waiting if event.time <= until), key=lambda event: event.time)
        self._waiting = [event for event in self._waiting if event.time > until]
        self._values.update({event.name: event.value for event in taken if not isinstance(event.value, str)})
        return taken

    def take_last(self, hop: int) -> list[Event]:
        """As `take` at a recording's last hop, with all markers."""
        taken = self.take(hop)
        markers = [event for event in self._waiting if event.name == MARKER]
        self._waiting = [event for event in self._waiting if event.name != MARKER]
        return taken + markers
