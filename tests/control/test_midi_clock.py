"""Tempo from ticks."""

from __future__ import annotations

import random

import pytest
from hypothesis import given
from hypothesis import strategies as st

from holostream.control.midi_clock import MidiClock


def run(clock: MidiClock, tempo: float, ticks: int, start: float = 0.0, jitter: float = 0.0, block: float = 0.0) -> list[float]:
    """New tempi. With `block` ticks are delivered at its multiples, as a sound server does."""
    dice, told = random.Random(3), []
    for n in range(ticks):
        time = start + n * 60 / (24 * tempo) + dice.uniform(-jitter, jitter)
        time = -(-time // block) * block if block else time
        before = clock.tempo
        clock.tick(time)
        if clock.tempo is not None and clock.tempo != before:
            told.append(clock.tempo)
    return told


@pytest.mark.parametrize("tempo", [20.0, 60.0, 98.5, 120.0, 174.0, 300.0])
def test_a_steady_clock_tells_its_tempo_once_within_half_a_beat(tempo: float) -> None:
    assert run(MidiClock(), tempo, 200) == [tempo]
    assert run(MidiClock(), tempo, 12) == [tempo]


@pytest.mark.parametrize(("jitter", "block", "off"), [
    (0.003, 0.0, 0.4), (0.0, 0.0054, 0.4), (0.001, 0.0107, 0.6), (0.0, 0.0213, 1.5),
])  # fmt: skip
def test_jitter_and_delivery_by_the_block_average_out(jitter: float, block: float, off: float) -> None:
    clock = MidiClock()
    run(clock, 120, 96, jitter=jitter, block=block)
    told = run(clock, 120, 480, start=96 * 60 / (24 * 120), jitter=jitter, block=block)
    assert [tempo for tempo in told if abs(tempo - 120) > off] == []
    assert clock.tempo == pytest.approx(120, abs=off)


@pytest.mark.parametrize("tempo", [90.0, 125.0, 150.0])
def test_a_new_tempo_is_followed_within_four_beats(tempo: float) -> None:
    clock = MidiClock()
    run(clock, 120, 100)
    run(clock, tempo, 98, start=100 * 60 / (24 * 120))
    assert clock.tempo == pytest.approx(tempo, rel=0.01)


def test_a_gap_or_time_that_runs_backwards_starts_anew() -> None:
    clock = MidiClock()
    run(clock, 120, 50)
    assert run(clock, 60, 11, start=60.0) == []
    assert run(clock, 60, 12, start=0.0) == [60.0]


def test_after_a_start_the_next_tick_is_the_first() -> None:
    clock = MidiClock()
    run(clock, 120, 50)
    clock.start()
    assert run(clock, 100, 24, start=1.1) == [100.0]


@given(st.lists(st.floats(allow_nan=True, allow_infinity=True), max_size=80))
def test_any_times_give_a_tempo_within_range_or_none(times) -> None:
    clock = MidiClock()
    for time in times:
        clock.tick(time)
        assert clock.tempo is None or 20 <= clock.tempo <= 300
