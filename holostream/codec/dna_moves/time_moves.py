"""Moves in time: which hop's frame is heard now. Pure but for the few numbers of `TimeState`.

One of them at a time: the first of freeze, scrub, stutter, loop, reverse, speed that is not neutral. All read what was
encoded before, so nothing is late; the sound returns to the present at once when a move ends, or to the loop that is on.

    loop, stutter    |....[ABCD]ABCDABCDABCD      the newest stretch, from the hop at which the move began
    reverse          |....ABCD|DCBA|HGFE          each time the newest stretch
    speed 1/2        |....|AABBCCDD..             falls behind; after LONGEST_SECONDS it catches up
    speed 2          |....[ABCD]ABCDABCD in half the time, then the next newest stretch
"""

from __future__ import annotations

import math
from dataclasses import dataclass
from functools import cached_property
from typing import NamedTuple

SCRUB_SECONDS = 8.0
LONGEST_STUTTER_SECONDS, SHORTEST_STUTTER_SECONDS = 0.25, 0.01
SHORTEST_HOPS = 4
"""Of a loop: below about 10 ms it is a tone of its own."""
SHORTEST_FADED_HOPS = 24
"""A shorter stretch comes round before a fade would be over."""
LONGEST_SECONDS = 16.0
"""Of anything: so far back the moves reach."""
SPARE_SHARE = 8
"""One part in so many is kept beyond a stretch: a tempo that is a little slower does not end a loop."""


@dataclass(frozen=True)
class TimeAmounts:
    """The commands of the same names."""

    freeze: float = 0.0
    scrub: float = 0.0
    stutter: float = 0.0
    loop: float = 0.0
    loop_beats: float = 0.0
    reverse: float = 0.0
    speed: float = 1.0
    tempo: float = 120.0

    @cached_property
    def move(self) -> str:
        """The one that counts; empty: none."""
        if self.freeze > 0:
            return "freeze"
        if self.scrub > 0:
            return "scrub"
        if self.stutter > 0:
            return "stutter"
        if self.loop_seconds:
            return "loop"
        if self.reverse > 0:
            return "reverse"
        return "speed" if self.speed != 1 else ""

    @cached_property
    def loop_seconds(self) -> float:
        """0: none is on."""
        return self.loop_beats * 60 / self.tempo if self.loop_beats > 0 else self.loop


@dataclass
class Held:
    """The hops before `since`: `stretch` of them are repeated, `kept` are to be remembered; those from `keeping` on are not yet."""

    since: int
    stretch: int = 0
    kept: int = 0
    keeping: int = 0

    def keep_next(self) -> int:
        """One hop each hop, the oldest first: before it is forgotten. -1 once all are kept."""
        hop = self.keeping if self.keeping < self.since else -1
        self.keeping += 1
        return hop


@dataclass
class TimeState:
    """`since`: the hop at which the present move, or its present round, began; `passed`: how many were read since then at the
    speeds there were; `place`: the hop heard last. `held`: what the present move holds, but for a `loop`, which is held for as
    long as it is on, whatever else is heard meanwhile."""

    move: str = ""
    since: int = 0
    passed: float = 0.0
    place: int = 0
    held: Held | None = None
    loop: Held | None = None


class Place(NamedTuple):
    """The hop whose frame is heard. `held`: hops by which its phases go on, since a freeze or because time passes slower
    or faster. `keep`, `keep_loop`: hops that the move, and a loop, are going to need for longer than they would be remembered;
    -1: none. `jump`: it does not follow what was heard last, and is worth a fade."""

    hop: int
    held: int = 0
    keep: int = -1
    keep_loop: int = -1
    jump: bool = False


def place_at(now: int, amounts: TimeAmounts, state: TimeState, per_second: float) -> Place:
    """Where to read at hop `now`, with `per_second` hops. Changes `state`."""
    move = amounts.move
    if not state.move:
        state.place = now - 1
    begun = move != state.move
    if begun:
        frozen = state.place if state.move else now
        state.held = Held(frozen + 1, 1, 1, frozen) if move == "freeze" else None
        state.move = move
        _begin_round(now, state)
    if not amounts.loop_seconds:
        state.loop = None
    place = _PLACES[move](now, amounts, state, per_second)
    passed, state.place = place.hop - state.place, place.hop
    keep, keep_loop = (-1 if held is None else held.keep_next() for held in (state.held, state.loop))
    return place._replace(keep=keep, keep_loop=keep_loop, jump=not _follows(passed, begun, amounts, state, per_second))


def _follows(passed: int, begun: bool, amounts: TimeAmounts, state: TimeState, per_second: float) -> bool:
    """Whether no fade is needed: a place so many hops after the last one continues it, or the stretch repeats too fast for
    a fade to finish."""
    if state.move in ("", "loop", "stutter"):
        held = state.loop if state.move == "loop" else state.held
        return passed == 1 or (not begun and held is not None and held.stretch < SHORTEST_FADED_HOPS)
    if state.move == "speed":
        return 0 <= passed <= math.ceil(amounts.speed)
    if state.move == "reverse" and not begun and _stretch(amounts.reverse, per_second) < SHORTEST_FADED_HOPS:
        return True
    return abs(passed) <= 1


def _live(now: int, amounts: TimeAmounts, state: TimeState, per_second: float) -> Place:
    return Place(now)


def _freeze(now: int, amounts: TimeAmounts, state: TimeState, per_second: float) -> Place:
    assert state.held is not None
    return Place(state.held.since - 1, now - state.since)


def _scrub(now: int, amounts: TimeAmounts, state: TimeState, per_second: float) -> Place:
    stretch = _stretch(SCRUB_SECONDS, per_second)
    state.held = state.held or Held(now, stretch, stretch, now - stretch)
    place = state.since - round(amounts.scrub * stretch)
    return Place(place, now - place)


def _stutter(now: int, amounts: TimeAmounts, state: TimeState, per_second: float) -> Place:
    seconds = LONGEST_STUTTER_SECONDS * (SHORTEST_STUTTER_SECONDS / LONGEST_STUTTER_SECONDS) ** amounts.stutter
    state.held = state.held or Held(now)
    return _round(now, _stretch(seconds, per_second), state.held, per_second)


def _loop(now: int, amounts: TimeAmounts, state: TimeState, per_second: float) -> Place:
    state.loop = state.loop or Held(now)
    return _round(now, _stretch(amounts.loop_seconds, per_second), state.loop, per_second)


def _reverse(now: int, amounts: TimeAmounts, state: TimeState, per_second: float) -> Place:
    stretch = _stretch(amounts.reverse, per_second)
    if now - state.since >= stretch:
        state.since = now
    return Place(state.since - 1 - (now - state.since))


def _speed(now: int, amounts: TimeAmounts, state: TimeState, per_second: float) -> Place:
    """Read hop by hop, so that another speed goes on from the same place."""
    if now > state.since:
        state.passed += amounts.speed
    if amounts.speed < 1:
        behind = now - state.since - int(state.passed)
        if not 0 <= behind < LONGEST_SECONDS * per_second:
            _begin_round(now, state)
            behind = 0
        return Place(now - behind, behind)
    stretch = _stretch(60 / amounts.tempo, per_second)
    if now - state.since >= stretch:
        _begin_round(now, state)
    read = int(state.passed)
    return Place(state.since - stretch + read % stretch, now - state.since - read)


def _begin_round(now: int, state: TimeState) -> None:
    state.since, state.passed = now, 0.0


def _stretch(seconds: float, per_second: float) -> int:
    return max(SHORTEST_HOPS, round(min(seconds, LONGEST_SECONDS) * per_second))


def _round(now: int, stretch: int, held: Held, per_second: float) -> Place:
    """Again and again the `stretch` before `since`; one that grows has more before it, or where that is forgotten is the newest."""
    if stretch > held.kept:
        longest = round(LONGEST_SECONDS * per_second)
        if now - held.since + stretch > longest:
            held.since = now
        held.kept = min(stretch + stretch // SPARE_SHARE, longest - (now - held.since))
        held.keeping = held.since - held.kept
    held.stretch = stretch
    return Place(held.since - stretch + (now - held.since) % stretch)


_PLACES = {
    "": _live,
    "freeze": _freeze,
    "scrub": _scrub,
    "stutter": _stutter,
    "loop": _loop,
    "reverse": _reverse,
    "speed": _speed,
}
