"""Complaints are told now and then, and counted."""

from __future__ import annotations

from holostream.control.limited_teller import PAUSE_SECONDS, LimitedTeller


def test_a_flood_is_one_message_and_the_next_counts_it() -> None:
    now, told = [0.0], []
    complain = LimitedTeller(told.append, lambda: now[0])
    for _ in range(1000):
        complain("bad")
    assert told == ["bad"]
    now[0] = PAUSE_SECONDS
    complain("worse")
    now[0] = 2 * PAUSE_SECONDS
    complain("worst")
    assert told == ["bad", "worse (999 more such before)", "worst"]
