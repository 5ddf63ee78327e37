"""Slots from a recording: the right samples at the right places, loops without a click, any speed."""

from __future__ import annotations

import itertools

import numpy as np
import pytest

from holostream.engine.playback_ring import SLOT_SAMPLES
from holostream.engine.playback_stream import Plan, Slot, slots
from holostream.engine.seam import SEAM_SAMPLES
from tests.engine.recorded_tone import RATE, RecordedTone, glide, largest_step


def stream(
    sound: RecordedTone, plan: Plan, count: int | None = None, rate: int = RATE
) -> tuple[np.ndarray, list[Slot]]:
    made = list(itertools.islice(slots(sound, plan, rate), count))
    return np.concatenate([slot.samples for slot in made], axis=1), made


@pytest.mark.parametrize("start", [0, 1, 127, 6000, 71_999])
def test_from_a_place_to_the_end(start: int) -> None:
    sound = glide(1.5, 2)
    heard, made = stream(RecordedTone(sound), Plan(start))
    rest = sound.shape[1] - start
    assert np.array_equal(heard[:, :rest], sound[:, start:])
    assert not heard[:, rest:].any()
    assert heard.shape[1] - rest < SLOT_SAMPLES
    assert [slot.place for slot in made] == [start + SLOT_SAMPLES * n for n in range(len(made))]
    assert {slot.harmonics for slot in made} <= {64, 16}
    assert all((slot.harmonics == 64) == (slot.place < RATE) for slot in made)


def test_what_lies_beyond_the_length_is_not_played() -> None:
    tone = RecordedTone(glide(1.0))
    tone.length = 7000
    pieces = iter(RecordedTone(glide(1.0)).pieces())
    tone.pieces = lambda start, wait: pieces  # type: ignore[method-assign]
    heard, _ = stream(tone, Plan())
    assert heard.shape[1] == -(-7000 // SLOT_SAMPLES) * SLOT_SAMPLES
    assert not heard[:, 7000:].any()


@pytest.mark.parametrize(("first", "end"), [(3000, 9000), (0, 2400), (5999, 48_000), (70_000, 72_000)])
@pytest.mark.parametrize("start", [0, 4000])
def test_a_loop_turns_without_a_click(first: int, end: int, start: int) -> None:
    sound = glide(1.5)
    tone = RecordedTone(sound)
    heard, made = stream(tone, Plan(start, (first, end)), 1200)
    length, begin = end - first, start if start < end else first
    turn = end - begin
    assert np.array_equal(heard[:, :turn], sound[:, begin:end])
    for number in range((heard.shape[1] - turn) // length):
        once = heard[:, turn + number * length :][:, :length]
        assert np.array_equal(once[:, SEAM_SAMPLES:], sound[:, first + SEAM_SAMPLES : end])
    assert largest_step(heard) < 1.5 * largest_step(sound)
    cut = np.concatenate((sound[:, first:end], sound[:, first:end]), axis=1)
    assert largest_step(cut) > 1.5 * largest_step(sound) or end == 48_000, "without a seam it would click"
    assert all(begin <= slot.place < end or first <= slot.place < end for slot in made)


def test_an_empty_loop_ends() -> None:
    assert list(slots(RecordedTone(glide(0.1)), Plan(9000, (9000, 9500)), RATE)) == []


@pytest.mark.parametrize("speed", [0.25, 0.5, 2 ** (1 / 12), 2.0, 4.0])
def test_speed_is_a_tapes(speed: float) -> None:
    sound = glide(1.0)
    heard, made = stream(RecordedTone(sound), Plan(1200, None, speed))
    at = 1200 + np.arange(heard.shape[1]) * speed
    inside = (at > 2000) & (at < 46_000)
    expected = np.interp(at, np.arange(sound.shape[1]), sound[0])
    assert np.abs(heard[0] - expected)[inside].max() < 1e-3
    assert heard.shape[1] == pytest.approx(46_800 / speed, abs=2 * SLOT_SAMPLES)
    assert [slot.place for slot in made] == pytest.approx([1200 + SLOT_SAMPLES * speed * n for n in range(len(made))])


def test_the_models_may_have_another_rate() -> None:
    heard, made = stream(RecordedTone(glide(1.0)), Plan(), rate=44100)
    assert heard.shape[1] == pytest.approx(44100, abs=SLOT_SAMPLES)
    assert made[0].step == pytest.approx(48 / 44.1)


def test_places_turn_with_the_loop_at_any_speed() -> None:
    _, made = stream(RecordedTone(glide(1.0)), Plan(0, (6000, 12_000), 2.0), 300)
    turns = [n for n, (one, other) in enumerate(itertools.pairwise(made)) if other.place < one.place]
    assert len(turns) >= 10
    assert all(0 <= slot.place < 12_000 for slot in made)
    assert all(slot.place >= 6000 for slot in made[50:])
