"""Tempo from taps: the mean of the last beats."""

from __future__ import annotations

from collections import deque

from holostream.engine.command import command_kind

LONGEST_BEAT_SECONDS = 60 / command_kind("tempo").lowest
"""A longer pause begins anew."""
SHORTEST_BEAT_SECONDS = 60 / command_kind("tempo").highest
"""A tap sooner than that is the same one, bouncing."""
BEATS = 8


class TapTempo:
    """Give it the time of every tap."""

    def __init__(self) -> None:
        self._taps: deque[float] = deque(maxlen=BEATS + 1)

    def tap(self, seconds: float) -> float | None:
        """Beats per minute, or None while there is only one tap to go by."""
        taps = self._taps
        if taps and seconds - taps[-1] < SHORTEST_BEAT_SECONDS:
            return None
        if taps and seconds - taps[-1] > LONGEST_BEAT_SECONDS:
            taps.clear()
        taps.append(seconds)
        if len(taps) < 2:
            return None
        return 60.0 * (len(taps) - 1) / (taps[-1] - taps[0])
