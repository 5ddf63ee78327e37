"""What happened, on its way into a recording: commands and markers wait here for the frames of their hop.

Each goes to the file with the block that holds its hop. A recording begins with the value of every command before its
first hop (of moves and their settings only where it is not the neutral one), so that the file alone tells the state: a
command's first value at the first hop is what it had been, a second one there is a change. What was done before is not
in it, but where gains or the mix were on their way at its first hop: that is told from where they last stood still, at
the hops at which it was done. Of what came after its last hop only markers are: they were meant for it, while a command changed nothing in it.

What counts is the hop at which a command took effect (see `applied_ring`): a tier's event is at the hop that primes it,
and it is heard from the next hop on. A device that is opened states every value anew, at the first hop it plays; of a
move that is no event where it changes nothing.
"""

from __future__ import annotations

from collections.abc import Iterable

from holostream.engine.applied_ring import AppliedCommand
from holostream.engine.command import command_kind
from holostream.engine.gain_ramp import GLIDE_HOPS
from holostream.engine.mixer import SHORT_MS, asked_hops
from holostream.format.holo_events import MARKER, MAX_TEXT, Event

_GLIDING = ("input_gain_db", "output_gain_db", "wet", "bypass", "mute", "glide_ms")
MOST_ON_THE_WAY = 4096
"""Events; with more, gains are taken to stand still where the last of them leads."""


class EventLane:
    """Give it everything in the order it happened. `hop` in samples."""

    def __init__(self, hop: int, hops_a_second: float) -> None:
        self._hop, self._hops_a_second = hop, hops_a_second
        self._at_rest = 0
        """The hop from which on gains and mix stand still, after what has left the lane."""
        self._on_the_way: list[Event] = []
        """What has led there since they last did, from the values that they had."""
        self._values: dict[str, float] = {}
        """Of each command, after what has left the lane."""
        self._newest: dict[str, float] = {}
        """Of each command, after what is in the lane."""
        self._restated: dict[str, Event] = {}
        """Moves and settings set to the value they had: one is recorded only if the same hop then changes the value."""
        self._waiting: list[Event] = []

    def add(self, commands: Iterable[AppliedCommand]) -> None:
        """Commands as the engine applied them."""
        for command in commands:
            name, event = command.name, Event(command.hop * self._hop, command.name, command.value)
            kind = command_kind(name)
            if kind.group != "mixer" and event.value == self._newest.get(name, kind.neutral):
                self._restated[name] = event
                continue
            restated = self._restated.pop(name, None)
            if restated is not None and restated.time == event.time:
                self._waiting.append(restated)
            self._waiting.append(event)
            self._newest[name] = command.value

    def mark(self, hop: int, text: str) -> None:
        """A marker at the beginning of a hop. Raises ValueError if the text is too long for a file."""
        if len(text) > MAX_TEXT:
            raise ValueError(f"a marker's text has {len(text)} characters; at most {MAX_TEXT} fit, shorten it")
        self._waiting.append(Event(hop * self._hop, MARKER, text))

    def skip_to(self, hop: int) -> list[Event]:
        """Commands before this hop that no block holds, because it begins anew. Markers of that time are moved to it."""
        missed = self.take(hop - 1)
        markers = [Event(hop * self._hop, MARKER, event.value) for event in missed if event.name == MARKER]
        self._waiting = markers + self._waiting
        return [event for event in missed if event.name != MARKER]

    def state(self, hop: int) -> list[Event]:
        """The values before this hop, as events at it; what happened before it must have left the lane."""
        if not self._values:
            return []  # the session begins here
        start = hop * self._hop
        changed = {event.name for event in self._waiting if event.time == start and event.name != MARKER}
        neutral = {name: command_kind(name).neutral for name in changed if command_kind(name).group != "mixer"}
        before = self._on_the_way if hop < self._at_rest else []
        return before + [
            Event(start, name, value)
            for name, value in (neutral | self._values).items()
            if name in changed or command_kind(name).group == "mixer" or value != command_kind(name).neutral
        ]

    def take(self, hop: int) -> list[Event]:
        """Everything until this hop, and with it, in the order of time."""
        if not self._waiting:
            return []
        until = hop * self._hop
        taken = sorted((event for event in self._waiting if event.time <= until), key=lambda event: event.time)
        self._waiting = [event for event in self._waiting if event.time > until]
        for event in taken:
            if not isinstance(event.value, str):
                self._follow_glides(event)
                self._values[event.name] = event.value
        return taken

    def _follow_glides(self, event: Event) -> None:
        """Before it changes a value; a session's first values are where it stands."""
        known = {"glide_ms": SHORT_MS} | self._values
        if event.name not in _GLIDING or event.value == known.get(event.name, event.value):
            return
        hop = event.time // self._hop
        if hop >= self._at_rest or len(self._on_the_way) >= MOST_ON_THE_WAY:
            self._on_the_way = [Event(event.time, name, known[name]) for name in _GLIDING if name in known]
        self._on_the_way.append(event)
        # A hop's last `glide_ms` counts, whatever it was before.
        for ms in (known["glide_ms"], event.value if event.name == "glide_ms" else 0.0):
            self._at_rest = max(self._at_rest, hop + asked_hops(float(ms), self._hops_a_second) + GLIDE_HOPS)

    def take_last(self, hop: int) -> list[Event]:
        """As `take` at a recording's last hop, with all markers."""
        taken = self.take(hop)
        markers = [event for event in self._waiting if event.name == MARKER]
        self._waiting = [event for event in self._waiting if event.name != MARKER]
        return taken + markers
