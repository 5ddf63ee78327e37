"""Taps to tempo."""

from __future__ import annotations

import pytest

from holostream.control.tap_tempo import TapTempo


def test_two_taps_set_a_tempo_and_more_make_it_steadier() -> None:
    taps = TapTempo()
    assert taps.tap(10.0) is None
    assert taps.tap(10.5) == pytest.approx(120)
    assert taps.tap(11.1) == pytest.approx(120 / 1.1)
    assert taps.tap(11.5) == pytest.approx(120)


def test_old_taps_are_forgotten() -> None:
    taps = TapTempo()
    for beat in range(20):
        taps.tap(beat * 1.0)
    tempo = None
    for beat in range(8):
        tempo = taps.tap(19 + 0.5 * (beat + 1))
    assert tempo == pytest.approx(120)


def test_a_long_pause_begins_anew_and_a_bounce_is_no_tap() -> None:
    taps = TapTempo()
    taps.tap(0.0)
    assert taps.tap(5.0) is None
    assert taps.tap(5.05) is None
    assert taps.tap(5.5) == pytest.approx(120)
