"""The event lane of a `.holo`: what was done and when, beside the frames. All text in UTF-8.

    events   a JSON array of events, at most 65536 bytes, each an array [time, name, value]
    payload    time   samples at the model's rate since the session began: hop n begins at n times the hop
               name   1 to 64 characters: a command of the engine ("tier", "output_gain_db", ...) or "marker"
               value  a finite number (commands), or at most 1000 characters (markers: their text)

At the start of a recording the values of the mixer's commands and of all that are not neutral are written as events, so that
the state is known from the file alone. A command's first value at the first hop is what it had been until then; another one
there is a change.
"""

from __future__ import annotations

import json
import math
from collections.abc import Iterable
from dataclasses import dataclass

from holostream.format.holo_error import HoloFormatError

MARKER = "marker"
MAX_EVENTS_BYTES = 1 << 16
MAX_NAME, MAX_TEXT = 64, 1000
MAX_TIME = 1 << 53
EVENTS_IN_A_BLOCK = 10
"""So many fit, even if JSON has to escape every character with 6 bytes."""


@dataclass(frozen=True)
class Event:
    """`time` in samples since the session began. Raises ValueError for what the format cannot hold."""

    time: int
    name: str
    value: float | str

    def __post_init__(self) -> None:
        if type(self.time) is not int or abs(self.time) > MAX_TIME:
            raise ValueError(f"an event's time is {self.time!r}")
        if not isinstance(self.name, str) or not 1 <= len(self.name) <= MAX_NAME:
            raise ValueError(f"an event's name is {self.name!r:.80}")
        if isinstance(self.value, str):
            legal = len(self.value) <= MAX_TEXT
        else:
            legal = type(self.value) in (int, float) and math.isfinite(self.value)
        if not legal:
            raise ValueError(f"the value of event {self.name!r} is {self.value!r:.80}")


def pack_events(events: Iterable[Event]) -> bytes:
    """The payload of a block of at most EVENTS_IN_A_BLOCK events. Raises ValueError if it gets too long."""
    rows = [[event.time, event.name, event.value] for event in events]
    packed = json.dumps(rows, ensure_ascii=False, separators=(",", ":")).encode("utf-8", "replace")
    if len(packed) > MAX_EVENTS_BYTES:
        raise ValueError(f"{len(rows)} events take {len(packed)} bytes; at most {MAX_EVENTS_BYTES} fit into a block")
    return packed


def unpack_events(payload: bytes) -> list[Event]:
    """The inverse of `pack_events`. Raises HoloFormatError."""
    if len(payload) > MAX_EVENTS_BYTES:
        raise HoloFormatError(f"a block of events takes {len(payload)} bytes; at most {MAX_EVENTS_BYTES} are legal")
    try:
        rows = json.loads(payload)
        if not isinstance(rows, list) or not all(isinstance(row, list) and len(row) == 3 for row in rows):
            raise ValueError("an event is not [time, name, value]")
        return [Event(*row) for row in rows]
    except (ValueError, RecursionError, OverflowError) as error:
        raise HoloFormatError(f"a block's events cannot be used: {error}") from error
