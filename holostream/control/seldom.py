"""Telling the same thing seldom: what may happen a thousand times a second is said once in a while."""

from __future__ import annotations

import time
from collections.abc import Callable

AGAIN_SECONDS, MOST = 5.0, 100


class Seldom:
    """Passes a sentence on unless it was passed on less than `AGAIN_SECONDS` ago."""

    def __init__(self, tell: Callable[[str], None], clock: Callable[[], float] = time.monotonic) -> None:
        self._tell, self._clock = tell, clock
        self._told: dict[str, float] = {}

    def __call__(self, sentence: str) -> None:
        now = self._clock()
        if now - self._told.get(sentence, float("-inf")) < AGAIN_SECONDS:
            return
        if len(self._told) >= MOST:
            self._told.clear()
        self._told[sentence] = now
        self._tell(sentence)
