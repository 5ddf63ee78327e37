"""Commands from any thread into the command ring, which has one writer; when it is full, the newest values wait here."""

from __future__ import annotations

import threading

from holostream.engine.command import command_kind
from holostream.engine.command_ring import CommandRing


class CommandSender:
    """`send` from any thread, `flush` now and then: whatever the flood, the last value of every command gets through."""

    def __init__(self, ring: CommandRing) -> None:
        self._ring = ring
        self._lock = threading.Lock()
        self._waiting: dict[str, float] = {}
        """What the ring had no room for, in the order it was last asked for."""

    def send(self, name: str, value: float) -> None:
        """For the next hop. Raises ValueError for an unknown name or bad value."""
        accepted = command_kind(name).accepted(value)
        with self._lock:
            # Behind those that wait: a value must not overtake an older one that it is to follow.
            if self._waiting or not self._ring.send(name, accepted):
                self._waiting.pop(name, None)
                self._waiting[name] = accepted

    def flush(self) -> None:
        """Send what waits, as far as there is room."""
        if not self._waiting:
            return
        with self._lock:
            for name, value in list(self._waiting.items()):
                if not self._ring.send(name, value):
                    return
                del self._waiting[name]
