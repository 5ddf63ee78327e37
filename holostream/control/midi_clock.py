"""Tempo from MIDI clock: 24 ticks a beat, whose times are a straight line whatever their jitter.

The slope of that line by least squares over the last four beats; ticks that arrive in heaps (drivers deliver by the
block) average out. A gap or a new tempo starts a new line. Pure: times are handed in, in seconds.
"""

from __future__ import annotations

from collections import deque

from holostream.engine.command import command_kind

TICKS_A_BEAT = 24
SLOWEST, FASTEST = command_kind("tempo").lowest, command_kind("tempo").highest
ENOUGH, MOST = 12, 4 * TICKS_A_BEAT
"""Ticks until there is a tempo, and of which it is made."""
RECENT = 8
OTHER_TEMPO = 0.1
"""So much off the line, as a share, the last RECENT ticks mean another tempo."""
GAP_SECONDS = 2 * 60 / (SLOWEST * TICKS_A_BEAT)
STEADY = 0.002
"""A change smaller than this share is the sender's jitter."""


class MidiClock:
    """Fed the time of every tick, it knows the tempo."""

    def __init__(self) -> None:
        self.tempo: float | None = None
        """Beats per minute, to a tenth; None: not known yet."""
        self._ticks: deque[float] = deque(maxlen=MOST)

    def start(self) -> None:
        """After this the next tick is the first of a beat; the tempo is kept until the ticks say otherwise."""
        self._ticks.clear()

    def tick(self, now: float) -> None:
        """One came."""
        ticks = self._ticks
        if ticks and not 0 <= now - ticks[-1] < GAP_SECONDS:
            ticks.clear()
        ticks.append(now)
        if len(ticks) < ENOUGH:
            return
        interval, _ = _line(list(ticks))
        if len(ticks) > 2 * RECENT and self._other_tempo(list(ticks)):
            for _ in range(len(ticks) - RECENT):
                ticks.popleft()
            return
        tempo = 60.0 / (TICKS_A_BEAT * interval) if interval > 0 else 0.0
        if SLOWEST <= tempo <= FASTEST and (self.tempo is None or abs(tempo - self.tempo) > STEADY * self.tempo):
            self.tempo = round(tempo, 1)

    def _other_tempo(self, ticks: list[float]) -> bool:
        """Whether the last ticks have left the line of those before, further than a heap of ticks does."""
        before = ticks[:-RECENT]
        interval, first = _line(before)
        recent, _ = _line(ticks[-RECENT:])
        rough = max(abs(time - first - interval * n) for n, time in enumerate(before))
        off = abs(ticks[-1] - first - interval * (len(ticks) - 1))
        return abs(recent - interval) > OTHER_TEMPO * interval and off > max(2 * rough, 1.5 * interval)


def _line(times: list[float]) -> tuple[float, float]:
    """Seconds a tick, and the first tick's time, by least squares."""
    middle = (len(times) - 1) / 2
    weights = sum((n - middle) ** 2 for n in range(len(times)))
    slope = sum((n - middle) * time for n, time in enumerate(times)) / weights
    return slope, sum(times) / len(times) - slope * middle
