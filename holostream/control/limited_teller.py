"""Complaints that may come a thousand times a second, told at most once in a while."""

from __future__ import annotations

import time
from collections.abc import Callable

PAUSE_SECONDS = 2.0


class LimitedTeller:
    """Call it with every complaint. What was left out is counted in the next one that is told."""

    def __init__(self, tell: Callable[[str], None], clock: Callable[[], float] = time.monotonic) -> None:
        self._tell, self._clock = tell, clock
        self._next, self._left_out = -float("inf"), 0

    def __call__(self, text: str) -> None:
        if self._clock() < self._next:
            self._left_out += 1
            return
        more, self._left_out = self._left_out, 0
        self._next = self._clock() + PAUSE_SECONDS
        self._tell(f"{text} ({more} more such before)" if more else text)
