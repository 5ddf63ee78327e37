"""Tempo from MIDI clock: 24 ticks a beat, whose times are a straight line whatever their jitter.

The slope of that line by least squares over the last two beats; ticks that arrive in heaps (drivers deliver by the
block) average out. A gap or a new tempo starts a new line. Pure: times are handed in, in seconds.
"""

from __future__ import annotations

from collections import deque

TICKS_A_BEAT = 24
SLOWEST, FASTEST = 20.0, 300.0
ENOUGH, MOST = 12, 2 * TICKS_A_BEAT
"""Ticks until there is a tempo, and of which it is made."""
RECENT = 8
OTHER_TEMPO = 0.1
"""So much off the line, as a share, the last RECENT ticks mean another tempo."""
GAP_SECONDS = 2 * 60 / (SLOWEST * TICKS_A_BEAT)
STEADY = 0.002
"""A change smaller than this share is the sender's jitter and not told."""


class MidiClock:
    """Fed the time of every tick, it tells the tempo when that changes. `running` is False from stop to start."""

    def __init__(self) -> None:
        self.tempo: float | None = None
        self.running = True
        self._ticks: deque[float] = deque(maxlen=MOST)

    def start(self) -> None:
        """After this the next tick is the first of a beat; the tempo is kept until the ticks say otherwise."""
        self.running = True
        self._ticks.clear()

    def stop(self) -> None:
        """Many senders go on ticking while stopped: then the tempo is still followed."""
        self.running = False

    def tick(self, now: float) -> float | None:
        """The tempo in beats per minute if this tick changes it, else None."""
        ticks = self._ticks
        if ticks and not 0 <= now - ticks[-1] < GAP_SECONDS:
            ticks.clear()
        ticks.append(now)
        if len(ticks) < ENOUGH:
            return None
        interval = _slope(list(ticks))
        if len(ticks) > 2 * RECENT:
            recent = _slope(list(ticks)[-RECENT:])
            # Heaps of ticks make the recent slope rough: what is off the line by a whole heap is no new tempo.
            drift = abs(recent - interval) * RECENT
            if abs(recent - interval) > OTHER_TEMPO * interval and drift > 2 * _roughness(list(ticks)[:-RECENT]):
                for _ in range(len(ticks) - RECENT):
                    ticks.popleft()
                return None
        if interval <= 0:
            return None
        tempo = 60.0 / (TICKS_A_BEAT * interval)
        if not SLOWEST <= tempo <= FASTEST:
            return None
        if self.tempo is not None and abs(tempo - self.tempo) <= STEADY * self.tempo:
            return None
        self.tempo = tempo
        return round(tempo, 1)


def _slope(times: list[float]) -> float:
    """Seconds a tick, by least squares."""
    middle = (len(times) - 1) / 2
    weights = sum((n - middle) ** 2 for n in range(len(times)))
    return sum((n - middle) * time for n, time in enumerate(times)) / weights


def _roughness(times: list[float]) -> float:
    """How far, at most, a tick lies off the line."""
    slope, middle = _slope(times), (len(times) - 1) / 2
    mean = sum(times) / len(times)
    return max(abs(time - mean - slope * (n - middle)) for n, time in enumerate(times))
