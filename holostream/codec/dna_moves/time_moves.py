"""Moves in time: which hop's frame is heard now. Pure but for the few numbers of `TimeState`.

One of them at a time: the first of freeze, scrub, stutter, loop, reverse, speed that is not neutral. All read what was
encoded before, so nothing is late; the sound returns to the present at once when a move ends.

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
        if self.loop_beats > 0 or self.loop > 0:
            return "loop"
        if self.reverse > 0:
            return "reverse"
        return "speed" if self.speed != 1 else ""


@dataclass
class TimeState:
    """`since`: the hop at which the present move, or its present round, began; `stretch` of hops before it are repeated,
    `kept` are to be remembered; `passed`: how many were read since then at the speeds there were; `place`: the hop heard
    last, `frozen` the one that is held."""

    move: str = ""
    since: int = 0
    stretch: int = 0
    kept: int = 0
    passed: float = 0.0
    place: int = 0
    frozen: int = 0


class Place(NamedTuple):
    """The hop whose frame is heard. `held`: hops by which its phases go on, since a freeze or because time passes slower
    or faster. `keep`: a hop that is going to be needed for longer than it would be remembered; -1: none. `jump`: it does
    not follow what was heard last, and is worth a fade."""

    hop: int
    held: int = 0
    keep: int = -1
    jump: bool = False


def place_at(now: int, amounts: TimeAmounts, state: TimeState, per_second: float) -> Place:
    """Where to read at hop `now`, with `per_second` hops. Changes `state`."""
    move = amounts.move
    if not state.move:
        state.place = now - 1
    begun = move != state.move
    if begun:
        state.frozen = state.place if state.move else now
        state.move, state.stretch = move, 0
        _begin_round(now, state)
    place = _PLACES[move](now, amounts, state, per_second)
    passed, state.place = place.hop - state.place, place.hop
    return place if _follows(passed, begun, amounts, state) else place._replace(jump=True)


def _follows(passed: int, begun: bool, amounts: TimeAmounts, state: TimeState) -> bool:
    """Whether no fade is needed: a place so many hops after the last one continues it, or the stretch repeats too fast for
    a fade to finish."""
    if state.move in ("", "loop", "stutter"):
        return passed == 1 or (not begun and 0 < state.stretch < SHORTEST_FADED_HOPS)
    if state.move == "speed":
        return 0 <= passed <= math.ceil(amounts.speed)
    return abs(passed) <= 1


def _live(now: int, amounts: TimeAmounts, state: TimeState, per_second: float) -> Place:
    return Place(now)


def _freeze(now: int, amounts: TimeAmounts, state: TimeState, per_second: float) -> Place:
    return Place(state.frozen, now - state.since, state.frozen)


def _scrub(now: int, amounts: TimeAmounts, state: TimeState, per_second: float) -> Place:
    state.stretch = state.kept = _stretch(SCRUB_SECONDS, per_second)
    place = state.since - round(amounts.scrub * state.stretch)
    return Place(place, now - place, _kept(now, state))


def _stutter(now: int, amounts: TimeAmounts, state: TimeState, per_second: float) -> Place:
    seconds = LONGEST_STUTTER_SECONDS * (SHORTEST_STUTTER_SECONDS / LONGEST_STUTTER_SECONDS) ** amounts.stutter
    return _round(now, _stretch(seconds, per_second), state)


def _loop(now: int, amounts: TimeAmounts, state: TimeState, per_second: float) -> Place:
    seconds = amounts.loop_beats * 60 / amounts.tempo if amounts.loop_beats > 0 else amounts.loop
    return _round(now, _stretch(seconds, per_second), state)


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


def _round(now: int, stretch: int, state: TimeState) -> Place:
    """Again and again the `stretch` before `since`; one that grows is the newest again, for its beginning may be forgotten."""
    if stretch > state.stretch:
        state.since, state.kept = now, stretch
    state.stretch = stretch
    return Place(state.since - stretch + (now - state.since) % stretch, 0, _kept(now, state))


def _kept(now: int, state: TimeState) -> int:
    """One hop each hop, the oldest first: before it is forgotten. All of the stretch with which the round began, for a
    shorter one is the end of that."""
    passed = now - state.since
    return state.since - state.kept + passed if passed < state.kept else -1


_PLACES = {
    "": _live,
    "freeze": _freeze,
    "scrub": _scrub,
    "stutter": _stutter,
    "loop": _loop,
    "reverse": _reverse,
    "speed": _speed,
}
