"""The newest input: always the last samples appended, however often the buffer starts over."""

from __future__ import annotations

import numpy as np
import pytest

from holostream.engine.input_history import SPARE_HOPS, InputHistory

LANES, HOP = 2, 16


@pytest.mark.parametrize("keep", [HOP, 24, 3 * HOP, 200])
def test_it_holds_the_last_samples(keep: int) -> None:
    history = InputHistory(LANES, keep, HOP)
    sound = np.random.default_rng(1).standard_normal((LANES, 3 * SPARE_HOPS * HOP)).astype(np.float32)
    before = np.concatenate((np.zeros((LANES, keep), np.float32), sound), axis=1)
    for end in range(HOP, sound.shape[1] + 1, HOP):
        history.append(sound[:, end - HOP : end])
        for count in (1, HOP, keep):
            assert np.array_equal(history.last(count), before[:, keep + end - count : keep + end])


def test_more_than_is_kept_is_refused() -> None:
    with pytest.raises(ValueError, match="25 samples asked for, 24 are kept"):
        InputHistory(LANES, 24, HOP).last(25)
