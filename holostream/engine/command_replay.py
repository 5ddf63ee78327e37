"""The commands of a recording at their hops again, as the audio callback applied them."""

from __future__ import annotations

from collections import deque
from collections.abc import Iterable

from holostream.engine.command import COMMAND_NUMBER, command_kind
from holostream.engine.controls import Controls
from holostream.format.holo_error import HoloFormatError
from holostream.format.holo_events import MARKER, Event


class CommandReplay:
    """`controls` as they stood before the hop it `begins` with, which comes before the first one where gains were on their
    way there; `apply` brings them to each hop in turn.

    A command's first value until the first hop is what it had been (see `event_lane`).
    """

    def __init__(self, events: Iterable[Event], hop: int, first_hop: int, tier: int, name: str) -> None:
        """`hop` in samples, `tier` where none is told. Raises HoloFormatError for a value that no command can have."""
        self.controls = Controls(tier)
        self.unknown: set[str] = set()
        """Commands that this version does not know; they do nothing."""
        self.lets_dry_through = False
        """Whether the input itself is ever heard."""
        self.crosses = False
        """Whether a second sound is ever needed."""
        self.guards = False
        """Whether the feedback guard was ever on, which hears the input."""
        self.tiers = {tier}
        """All that are ever asked for."""
        self.begins = first_hop
        self._changes: deque[tuple[int, str, float]] = deque()
        settled: set[str] = set()
        for event in sorted(events, key=lambda event: event.time):
            if event.name == MARKER:
                continue
            if event.name not in COMMAND_NUMBER:
                self.unknown.add(event.name)
                continue
            value = _accepted(event, name)
            at = -(-event.time // hop)
            self.lets_dry_through |= (event.name == "wet" and value < 1) or (event.name == "bypass" and value > 0)
            self.crosses |= event.name == "cross" and value > 0
            self.guards |= event.name == "feedback_guard" and value > 0
            if event.name == "tier":
                self.tiers.add(int(value))
            self.begins = min(self.begins, at)
            if at <= first_hop and event.name not in settled:
                self.controls.set(event.name, value)
                settled.add(event.name)
            else:
                self._changes.append((at, event.name, value))

    def apply(self, hop: int) -> None:
        """What takes effect at this hop, and what was meant for hops before it."""
        while self._changes and self._changes[0][0] <= hop:
            _, name, value = self._changes.popleft()
            self.controls.set(name, value)


def _accepted(event: Event, name: str) -> float:
    try:
        if isinstance(event.value, str):
            raise ValueError(f"{event.name} is a text, expected a number")
        return command_kind(event.name).accepted(event.value)
    except ValueError as error:
        raise HoloFormatError(f"{name} holds a command that cannot be run again: {error}") from error
