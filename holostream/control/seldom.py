"""Telling the same thing seldom: what may happen a thousand times a second is said once in a while."""

from __future__ import annotations

import time
from collections.abc import Callable

AGAIN_SECONDS, MOST = 5.0, 100


class Seldom:
    """Passes a sentence on unless its like was passed on less than `AGAIN_SECONDS` ago; what was left out is counted in the
    next one that is told."""

    def __init__(self, tell: Callable[[str], None], clock: Callable[[], float] = time.monotonic) -> None:
        self._tell, self._clock = tell, clock
        self._told: dict[str, float] = {}
        self._left_out: dict[str, int] = {}

    def __call__(self, sentence: str, kind: str | None = None) -> None:
        """`kind`: what became of all that such sentences tell of, whatever they say, as in "refused"; None: only the same
        sentence is alike."""
        now, like = self._clock(), kind or sentence
        if now - self._told.get(like, float("-inf")) < AGAIN_SECONDS:
            self._left_out[like] = self._left_out.get(like, 0) + 1
            return
        if len(self._told) >= MOST:
            self._told.clear()
            self._left_out.clear()
        self._told[like] = now
        more = self._left_out.pop(like, 0)
        self._tell(f"{sentence} ({more} more {kind or 'such'} before)" if more else sentence)
