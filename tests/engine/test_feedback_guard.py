"""The feedback guard: a howl is turned down, music is not."""

from __future__ import annotations

import pytest

from holostream.engine.feedback_guard import DUCKED, HOWL_SECONDS, INPUT_RMS, REST_SECONDS, FeedbackGuard

RATE = 375.0
HOWL, REST = round(HOWL_SECONDS * RATE), round(REST_SECONDS * RATE)
LOUD, QUIET = INPUT_RMS * 1.5, INPUT_RMS * 0.5
SINE = 2**0.5


def heard(guard: FeedbackGuard, level: float, limiting: bool, crest: float = SINE) -> float:
    return guard.advance(level, crest * level, limiting)


def howling() -> FeedbackGuard:
    guard = FeedbackGuard(RATE)
    for _ in range(HOWL):
        heard(guard, LOUD, True)
    assert guard.active
    return guard


def test_a_howl_is_turned_down_after_its_time() -> None:
    guard = FeedbackGuard(RATE)
    factors = [heard(guard, LOUD, True) for _ in range(HOWL)]
    assert factors == [1.0] * (HOWL - 1) + [DUCKED]


@pytest.mark.parametrize(
    ("level", "limiting"), [(LOUD, False), (QUIET, True), (INPUT_RMS, True), (0.0, False)]
)
def test_loud_alone_or_limited_alone_is_no_howl(level: float, limiting: bool) -> None:
    guard = FeedbackGuard(RATE)
    assert {heard(guard, level, limiting) for _ in range(10 * HOWL)} == {1.0}


@pytest.mark.parametrize("crest", [1.8, 3.0, 8.0])
def test_a_loud_voice_is_no_sine(crest: float) -> None:
    guard = FeedbackGuard(RATE)
    assert {heard(guard, LOUD, True, crest) for _ in range(10 * HOWL)} == {1.0}


def test_music_that_pauses_is_no_howl() -> None:
    guard = FeedbackGuard(RATE)
    for _ in range(50):
        factors = [heard(guard, LOUD, True) for _ in range(HOWL // 2)]
        factors += [heard(guard, QUIET, False) for _ in range(HOWL // 4 + 1)]
        assert set(factors) == {1.0}


def test_it_comes_back_after_quiet_without_interruption() -> None:
    guard = howling()
    for _ in range(3):
        assert {heard(guard, QUIET, False) for _ in range(REST - 1)} == {DUCKED}
        assert heard(guard, LOUD, False) == DUCKED
    factors = [heard(guard, QUIET, False) for _ in range(REST)]
    assert factors == [DUCKED] * (REST - 1) + [1.0]
    assert not guard.active


def test_after_coming_back_a_howl_takes_its_full_time_again() -> None:
    guard = howling()
    for _ in range(REST):
        heard(guard, 0.0, False)
    assert [heard(guard, LOUD, True) for _ in range(HOWL)] == [1.0] * (HOWL - 1) + [DUCKED]


def test_the_performer_can_release_it() -> None:
    guard = howling()
    guard.release()
    assert [heard(guard, LOUD, True) for _ in range(HOWL - 1)] == [1.0] * (HOWL - 1)
