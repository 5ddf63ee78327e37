"""The transport by name."""

from __future__ import annotations

from collections.abc import Iterator

import pytest

from holostream.control.action import ACTIONS
from holostream.control.transport import _DO, move_in
from holostream.engine.playback import Playback, PlaybackOptions
from tests.engine.recorded_tone import RATE, Listener, RecordedTone, glide


@pytest.fixture
def playback() -> Iterator[Playback]:
    """At 5 s of 30 s, with markers at 1, 2 and 3 s."""
    playback = Playback(RecordedTone(glide(30.0)), Listener().ring, RATE, PlaybackOptions(start=5.0))
    playback.start()
    yield playback
    playback.close()


def test_every_action_of_the_transport_is_done() -> None:
    assert set(_DO) == {action.name for action in ACTIONS if action.group == "transport"}


def test_to_and_fro(playback: Playback) -> None:
    for name, value, position in (
        ("seek", 7.0, 7), ("skip", -2.5, 4.5), ("skip", 90.0, 30), ("to_marker", -1.0, 3), ("to_marker", 0.0, 3), ("seek", 0.0, 0), ("to_marker", 1.0, 1),
    ):  # fmt: skip
        move_in(playback, name, value)
        assert playback.position == pytest.approx(position), name


def test_pause_loop_and_speed(playback: Playback) -> None:
    for value, playing in ((None, False), (None, True), (1.0, False), (1.0, False), (0.0, True), (0.0, True)):
        move_in(playback, "pause", value)
        assert playback.playing == playing
    move_in(playback, "loop_start", None)
    move_in(playback, "skip", 10.0)
    move_in(playback, "loop_end", None)
    assert playback.loop == pytest.approx((5, 15))
    move_in(playback, "loop_off", None)
    assert playback.loop is None
    move_in(playback, "tape_speed", 0.5)
    move_in(playback, "tape_step", 12.0)
    assert playback.speed == pytest.approx(1)


def test_where_there_is_nowhere_to_go(playback: Playback) -> None:
    move_in(playback, "seek", 20.0)
    with pytest.raises(ValueError, match="no marker that way"):
        move_in(playback, "to_marker", 1.0)
    with pytest.raises(ValueError, match="pause needs a recording that plays"):
        move_in(None, "pause", None)
