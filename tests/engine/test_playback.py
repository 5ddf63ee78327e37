"""The transport, with a listener instead of an engine: what is heard after every move, and what is shown."""

from __future__ import annotations

import time
from collections.abc import Callable, Iterator

import numpy as np
import pytest

from holostream.engine import playback as playback_module
from holostream.engine.playback import Playback, PlaybackOptions
from holostream.engine.seam import SEAM_SAMPLES
from holostream.engine.settings import FASTEST, SLOWEST
from holostream.format.holo_error import HoloFormatError
from holostream.format.recorded_sound import Piece, never
from tests.engine.recorded_tone import RATE, Listener, RecordedTone, glide, largest_step

SOUND = glide(4.0)


def wait_for(condition: Callable[[], object]) -> None:
    deadline = time.monotonic() + 10
    while not condition():
        assert time.monotonic() < deadline, "waited too long"
        time.sleep(0.001)


class Player:
    """A playback and who listens to it."""

    def __init__(self, tone: RecordedTone, options: PlaybackOptions, rate: int = RATE) -> None:
        self.listener = Listener(tone.lanes)
        self.playback = Playback(tone, self.listener.ring, rate, options)

    def hear(self, samples: int, block: int = 480) -> np.ndarray:
        """As in virtual time: the listener waits for the thread."""
        ring, parts = self.listener.ring, []
        for done in range(0, samples, block):
            count = min(block, samples - done)
            if ring.head.playing:
                wait_for(lambda: ring.ahead >= count or not ring.head.due)  # noqa: B023
            parts.append(self.listener.hear(count, count))
        return np.concatenate(parts, axis=1)

    def settle(self) -> None:
        """Until the newest wish is in the ring."""
        wait_for(lambda: not self.playback._pending)


@pytest.fixture
def play() -> Iterator[Callable[..., Player]]:
    players: list[Player] = []

    def start(tone: RecordedTone | None = None, **options: object) -> Player:
        players.append(Player(tone or RecordedTone(SOUND), PlaybackOptions(**options)))  # type: ignore[arg-type]
        players[-1].playback.start()
        return players[-1]

    yield start
    for player in players:
        player.playback.close()


def test_whatever_goes_wrong_in_a_recording_is_told_and_nobody_waits_for_it() -> None:
    class Broken(RecordedTone):
        def pieces(self, start: int = 0, wait: Callable[[], bool] = never) -> Iterator[Piece]:
            for piece in super().pieces(start, wait):
                if piece.start >= self.broken:
                    raise RuntimeError("a graph says no")
                yield piece

        broken = 0

    with pytest.raises(HoloFormatError, match=r"tone.holo cannot be played on from 0.0 s or later: a graph says no"):
        Player(Broken(SOUND), PlaybackOptions()).playback.start()
    later = Broken(SOUND)
    later.broken = RATE // 4
    playback = Player(later, PlaybackOptions()).playback
    playback.start()
    wait_for(lambda: playback.failure)
    playback.seek(0.1)  # told of what was asked for before, not of this; from here it does not go on either
    wait_for(lambda: playback.failure and "from 0.1 s" in playback.failure)
    playback.close()


def test_it_plays_to_the_end_and_pauses_there(play) -> None:
    player = play()
    assert (player.playback.position, player.playback.duration, player.playback.harmonics) == (0.0, 4.0, 64)
    assert np.array_equal(player.hear(RATE), SOUND[:, :RATE])
    assert player.playback.position == pytest.approx(1.0)
    wait_for(lambda: player.playback.harmonics == 16)  # 0 while nothing is ahead
    assert np.array_equal(player.hear(3 * RATE), SOUND[:, RATE:])
    wait_for(lambda: not player.playback.playing)
    assert (player.playback.position, player.playback.harmonics, player.listener.input.dry) == (4.0, 0, 0)
    player.playback.toggle()
    player.settle()
    assert np.array_equal(player.hear(RATE), SOUND[:, :RATE])


def test_it_is_no_more_than_asked_ahead(play) -> None:
    player = play(ahead=0.1)
    time.sleep(0.05)
    assert 4800 <= player.listener.ring.ahead < 4800 + 128


def test_more_than_the_ring_holds_is_not_waited_for(play) -> None:
    player = play(ahead=10.0)
    assert np.array_equal(player.hear(4 * RATE), SOUND)


@pytest.mark.parametrize(
    ("move", "there"),
    [
        (lambda playback: playback.seek(3.5), 3.5),
        (lambda playback: playback.move(1.0), 2.2),
        (lambda playback: playback.move(-1.0), 0.2),
        (lambda playback: playback.move(-10.0), 0.0),
        (lambda playback: playback.to_marker(1), 2.0),
        (lambda playback: playback.to_marker(-1), 1.0),
    ],
)
def test_after_a_move_it_is_exact_again(play, move, there: float) -> None:
    player = play()
    player.hear(round(1.2 * RATE) if there != 1.0 else round(1.7 * RATE))
    move(player.playback)
    assert player.playback.position == pytest.approx(there, abs=1e-3)
    player.settle()
    place = round(player.playback.position * RATE)
    heard = player.hear(9600)
    assert np.array_equal(heard[:, SEAM_SAMPLES:], SOUND[:, place + SEAM_SAMPLES : place + 9600])
    assert player.playback.position == pytest.approx(there + 0.2, abs=1e-3)
    assert largest_step(player.listener.heard) < 1.5 * largest_step(SOUND)
    assert player.listener.input.dry == 0


def test_moves_in_quick_succession_add_up(play) -> None:
    player = play()
    for _ in range(3):
        player.playback.move(1.0)
    assert player.playback.position == pytest.approx(3.0)
    for _ in range(9):
        player.playback.move(1.0)
    assert player.playback.position == 4.0


def test_where_there_is_no_marker_nothing_happens(play) -> None:
    player = play(start=3.5)
    assert player.playback.to_marker(1) is False
    assert player.playback.position == 3.5
    player.playback.seek(0.2)
    assert player.playback.to_marker(-1) is False


def test_paused_it_can_be_moved_and_stays_paused(play) -> None:
    player = play()
    player.hear(RATE // 2)
    player.playback.toggle()
    player.hear(4800)
    assert player.playback.position == pytest.approx(0.5)
    player.playback.seek(2.0)
    player.settle()
    assert not player.hear(RATE // 2)[:, SEAM_SAMPLES:].any()
    assert (player.playback.playing, player.playback.position) == (False, 2.0)
    player.playback.toggle()
    heard = player.hear(4800)
    assert np.array_equal(heard[:, SEAM_SAMPLES:], SOUND[:, 2 * RATE + SEAM_SAMPLES : 2 * RATE + 4800])


def test_paused_with_a_full_ring_it_can_be_moved(play) -> None:
    player = play(ahead=10.0)
    player.hear(4800)
    player.playback.toggle()
    player.hear(4800)
    player.playback.seek(3.0)
    player.settle()
    player.playback.toggle()
    heard = player.hear(4800)
    assert np.array_equal(heard[:, SEAM_SAMPLES:], SOUND[:, 3 * RATE + SEAM_SAMPLES : 3 * RATE + 4800])


def test_a_loop_set_while_it_plays(play) -> None:
    player = play()
    player.hear(RATE)
    player.playback.set_loop(start=player.playback.position)
    player.settle()
    player.hear(RATE // 2)
    player.playback.set_loop(end=player.playback.position)
    first, end = player.playback.loop
    assert (first, end) == pytest.approx((1.0, 1.5), abs=1e-3)
    player.settle()
    heard, length = player.hear(3 * RATE), round(end * RATE) - round(first * RATE)
    loop = SOUND[:, round(first * RATE) : round(end * RATE)]
    for turn in range(1, 5):
        assert np.array_equal(heard[:, turn * length + SEAM_SAMPLES : (turn + 1) * length], loop[:, SEAM_SAMPLES:])
    assert first <= player.playback.position <= end
    assert largest_step(player.listener.heard) < 1.5 * largest_step(SOUND)
    player.playback.clear_loop()
    player.settle()
    player.hear(RATE)
    assert player.playback.position > end
    assert player.playback.loop is None


def test_a_loop_end_before_its_start_begins_anew(play) -> None:
    player = play(loop=(2.0, 3.0))
    player.playback.set_loop(end=1.0)
    assert player.playback.loop == (0.0, 1.0)
    player.playback.set_loop(start=3.5)
    assert player.playback.loop == (3.5, 4.0)
    player.playback.set_loop(end=0.01)
    assert player.playback.loop == (3.5, 4.0), "too short to be a loop"


def test_speed(play) -> None:
    player = play()
    player.hear(4800)
    player.playback.set_speed(2.0)
    player.settle()
    before = player.playback.position
    player.hear(RATE)
    assert player.playback.position == pytest.approx(before + 2.0, abs=0.01)
    for speed, expected in ((9.0, FASTEST), (0.1, SLOWEST)):
        player.playback.set_speed(speed)
        assert player.playback.speed == expected
    assert largest_step(player.listener.heard) < 3 * largest_step(SOUND)


def test_a_damage_is_told_and_what_comes_before_is_heard(play) -> None:
    player = play(RecordedTone(SOUND, damage=60_000))
    heard = player.hear(RATE * 2)
    assert np.array_equal(heard[:, :60_000], SOUND[:, :60_000])
    assert not heard[:, 60_000 + 128 :].any()
    wait_for(lambda: not player.playback.playing)
    assert player.playback.failure == "tone.holo is damaged at byte 4000"
    assert player.playback.position == pytest.approx(60_000 / RATE, abs=0.01)
    player.playback.seek(0.5)  # before the damage it still plays
    player.playback.toggle()
    player.settle()
    assert player.playback.failure is None
    assert np.array_equal(player.hear(4800)[:, SEAM_SAMPLES:], SOUND[:, 24_000 + SEAM_SAMPLES : 28_800])


def test_what_is_asked_for_while_the_thread_changes_places_is_not_forgotten(play, monkeypatch) -> None:
    player = play()
    drop, wishes = player.playback._ring.drop_before, iter([3.0])

    def drop_before(place: int) -> None:
        drop(place)
        for wish in wishes:
            player.playback.seek(wish)
            assert not player.playback.settled

    monkeypatch.setattr(player.playback._ring, "drop_before", drop_before)
    player.playback.seek(1.0)
    player.settle()
    assert player.playback.position == pytest.approx(3.0)


def test_nothing_to_play_is_an_error() -> None:
    for tone, words in ((RecordedTone(SOUND[:, :0]), "no sound"), (RecordedTone(SOUND, damage=0), "damaged")):
        player = Player(tone, PlaybackOptions())
        with pytest.raises(HoloFormatError, match=words):
            player.playback.start()
        player.playback.close()


def test_in_a_session_that_ends_with_it_the_ring_is_closed(play) -> None:
    player = play(ends=True, start=3.0)
    assert np.array_equal(player.hear(RATE)[:, SEAM_SAMPLES:], SOUND[:, 3 * RATE + SEAM_SAMPLES :])
    wait_for(lambda: player.listener.ring.head.closing)
    player.hear(1000)
    assert player.listener.ring.head.rested == 1000
    assert player.listener.input.dry == 0


def test_who_goes_back_from_there_hears_it_to_its_end(play) -> None:
    """The ring stayed closed: whatever came too late counted as the end."""
    player = play(ends=True, start=3.9)
    ring = player.listener.ring
    wait_for(lambda: ring.head.closing)
    player.hear(5000)
    assert ring.head.rested
    player.playback.seek(3.0)
    player.settle()
    assert not ring.head.closing
    assert np.array_equal(player.hear(RATE)[:, SEAM_SAMPLES:], SOUND[:, 3 * RATE + SEAM_SAMPLES :])
    assert not ring.head.rested
    wait_for(lambda: ring.head.closing)


def test_what_still_grows_is_followed(play, monkeypatch) -> None:
    monkeypatch.setattr(playback_module, "FOLLOW_SECONDS", 0.3)
    monkeypatch.setattr(playback_module, "LOOK_SECONDS", 0.01)
    there = [30_000]
    player = play(RecordedTone(SOUND, grown=lambda: there[0]), follow=True, ends=True)
    assert player.playback.duration == pytest.approx(30_000 / RATE)
    assert np.array_equal(player.hear(29_000), SOUND[:, :29_000])
    for there[0] in (60_000, 90_000, 120_000):
        wait_for(lambda: player.listener.ring.ahead > 10_000)
        player.hear(29_000, 128)
    heard = player.listener.heard
    assert np.array_equal(heard, SOUND[:, : heard.shape[1]])
    assert player.playback.duration == pytest.approx(120_000 / RATE)
    wait_for(lambda: player.listener.ring.head.closing)
    assert player.listener.input.dry == 0
