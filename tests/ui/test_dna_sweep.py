"""The picture grows to the right, wraps around, and changes only where it is drawn."""

from __future__ import annotations

import numpy as np

from holostream.codec.dna import Dna
from holostream.codec.dna_ring import HEARD, RingFrame
from holostream.ui.dna_sweep import DnaSweep


def frame(hop: int, harmonics: int = 8, amplitude: int = 9, voice: int = 1) -> RingFrame:
    amplitudes = np.full((1, 1, harmonics), amplitude, np.uint8)
    return RingFrame(hop, voice, HEARD, 0, 0, Dna(np.full((1, 1), 44, np.uint8), amplitudes, amplitudes))


def frames(start: int, stop: int) -> list[RingFrame]:
    return [frame(hop) for hop in range(start, stop)]


def test_a_column_is_drawn_when_its_last_hop_is_there() -> None:
    sweep = DnaSweep(12, 10, 4, 64)
    assert sweep.draw(frames(0, 3)) == []
    assert sweep.draw(frames(0, 4)) == [0, 1]
    assert sweep.picture[:, 0].all()
    assert not sweep.picture[:, 1:].any()


def test_frames_seen_before_change_nothing() -> None:
    sweep = DnaSweep(12, 10, 4, 64)
    sweep.draw(frames(0, 8))
    before = sweep.picture.copy()
    assert sweep.draw(frames(0, 8)) == []
    assert (sweep.picture == before).all()


def test_the_sweep_wraps_and_leaves_a_gap_ahead_of_the_newest() -> None:
    sweep = DnaSweep(4, 5, 2, 64)
    changed = sweep.draw(frames(0, 14))
    assert changed[-2:] == [1, 2]
    assert [bool(sweep.picture[0, x]) for x in range(5)] == [True, True, False, True, True]


def test_of_two_fading_voices_the_later_is_drawn() -> None:
    quiet, loud = DnaSweep(4, 5, 2, 64), DnaSweep(4, 5, 2, 64)
    quiet.draw([frame(hop, amplitude=1) for hop in range(2)])
    loud.draw([f for hop in range(2) for f in (frame(hop, amplitude=1), frame(hop, 64, 20, voice=2))])
    assert loud.picture[0, 0] > quiet.picture[0, 0]


def test_two_tiers_share_a_column() -> None:
    sweep = DnaSweep(12, 5, 4, 64)
    sweep.draw([frame(0, 4), frame(1, 4), frame(2, 64, voice=2), frame(3, 64, voice=2)])
    assert sweep.picture[:, 0].all()
