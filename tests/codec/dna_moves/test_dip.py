"""A dip goes down, jumps at its bottom and comes up again, whatever is wanted meanwhile; it changes gains alone."""

from __future__ import annotations

import numpy as np
from hypothesis import given
from hypothesis import strategies as st

from holostream.codec.dna import codes_in
from holostream.codec.dna_moves.dip import DEPTHS, Dip

ROW = np.arange(40, 40 + 2 * (1 + 2 * 8), dtype=np.uint8)


def depth(dip: Dip) -> int:
    return 40 - int(dip.quieter(ROW, 2)[0])


def test_one_jump_is_made_where_it_is_quietest() -> None:
    dip, wanted, depths, jumps = Dip(), True, [], []
    for hop in range(10):
        if dip.advance(wanted):
            jumps.append(hop)
            wanted = False
        depths.append(depth(dip))
    assert depths == [3, 7, 12, 12, 7, 3, 0, 0, 0, 0]
    assert jumps == [3]


@given(st.lists(st.booleans(), max_size=60))
def test_levels_go_step_by_step_and_always_come_back(wishes: list[bool]) -> None:
    dip, depths = Dip(), [0]
    for wanted in [*wishes, *[False] * len(DEPTHS)]:
        jumps = dip.advance(wanted)
        depths.append(depth(dip))
        assert not jumps or depths[-1] == max(DEPTHS)
    steps = sorted(set(DEPTHS))
    places = [steps.index(each) for each in depths]
    assert np.abs(np.diff(places)).max() <= 1
    assert depths[-1] == 0


def test_a_jump_that_goes_on_being_wanted_is_made_in_one_dip_after_the_other() -> None:
    dip, jumps, depths = Dip(), [], []
    for hop in range(20):
        if dip.advance(True):
            jumps.append(hop)
        depths.append(depth(dip))
    assert jumps == [3, 10, 17]
    assert [hop for hop, at in enumerate(depths) if not at] == [6, 13]


def test_only_gains_change_and_silence_stays() -> None:
    dip, row = Dip(), ROW.copy()
    row[:2] = 0, 2
    assert dip.quieter(row, 2) is row
    dip.advance(True), dip.advance(True)
    gains, *others = codes_in(dip.quieter(row, 2), 2)
    assert list(gains) == [0, 1]
    assert all(np.array_equal(mine, theirs) for mine, theirs in zip(others, codes_in(row, 2)[1:], strict=True))
