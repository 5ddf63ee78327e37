"""Telling seldom."""

from __future__ import annotations

from holostream.control.seldom import AGAIN_SECONDS, MOST, Seldom


def test_the_same_is_told_again_after_a_while_and_other_things_at_once() -> None:
    told, now = [], [0.0]
    tell = Seldom(told.append, lambda: now[0])
    for _ in range(1000):
        tell("a")
    tell("b")
    now[0] = AGAIN_SECONDS
    tell("a")
    tell("b")
    now[0] = 2 * AGAIN_SECONDS
    tell("a")
    assert told == ["a", "b", "a (999 more such before)", "b", "a"]


def test_sentences_of_a_kind_are_one_flood_whatever_they_say() -> None:
    told, now = [], [0.0]
    tell = Seldom(told.append, lambda: now[0])
    for number in range(1000):
        tell(f"bad {number}", "bad")
    tell("bad 7")
    now[0] = AGAIN_SECONDS
    tell("worse", "bad")
    assert told == ["bad 0", "bad 7", "worse (999 more bad before)"]


def test_it_does_not_grow() -> None:
    tell = Seldom(lambda sentence: None)
    for n in range(10 * MOST):
        tell(str(n))
        tell(str(n))
    assert len(tell._told) <= MOST
    assert len(tell._left_out) <= MOST
