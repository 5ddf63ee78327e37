"""The held peak stands still, then falls, and never hides a louder level."""

from __future__ import annotations

import pytest

from holostream.ui.peak_hold import FALL_DB_PER_SECOND, FLOOR_DB, HOLD_SECONDS, PeakHold, hold


def after(seconds: float, level_db: float = -40.0, tick: float = 1 / 12) -> float:
    held, now = hold(-6.0, PeakHold(), 0.0), 0.0
    while now + tick <= seconds:
        now += tick
        held = hold(level_db, held, now)
    return hold(level_db, held, seconds).level_db


def test_it_stands_for_the_hold_time() -> None:
    assert after(HOLD_SECONDS - 0.01) == -6.0


@pytest.mark.parametrize("tick", [1 / 12, 1 / 30, 0.7])
def test_then_it_falls_at_its_rate_however_often_it_is_asked(tick: float) -> None:
    assert after(HOLD_SECONDS + 0.5, tick=tick) == pytest.approx(-6.0 - 0.5 * FALL_DB_PER_SECOND)


def test_it_never_falls_below_the_level_or_the_floor() -> None:
    assert after(10.0, level_db=-20.0) == -20.0
    assert after(10.0, level_db=-200.0) == FLOOR_DB


def test_a_louder_level_takes_over_at_once() -> None:
    held = hold(-1.0, hold(-6.0, PeakHold(), 0.0), 0.1)
    assert (held.level_db, held.since_seconds) == (-1.0, 0.1)
