"""Overlapping chunks back to samples, against the sum written as a loop."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from holostream.codec.overlap_add import initial_partial, overlap_add
from holostream.codec.tier import TierFacts

FACTS = TierFacts("t", 64, 48000, 4, 6, 6, 1, 1, 1, 1, False, "")


def looped(chunks: np.ndarray, hop: int) -> np.ndarray:
    """All samples, the tail included, summed in the order of time."""
    lanes, frames, synthesis = chunks.shape
    total = np.zeros((lanes, (frames - 1) * hop + synthesis), np.float32)
    for t in range(frames):
        total[:, t * hop : t * hop + synthesis] += chunks[:, t]
    return total


@given(hop=st.integers(1, 6), synthesis=st.integers(1, 30), frames=st.integers(1, 8), lanes=st.integers(1, 2))
def test_equals_the_loop(hop: int, synthesis: int, frames: int, lanes: int) -> None:
    facts = replace(FACTS, hop=hop, chunk=hop, synthesis=max(hop, synthesis))
    chunks = np.random.default_rng(1).standard_normal((lanes, frames, facts.synthesis)).astype(np.float32)
    samples, partial = overlap_add(chunks, initial_partial(facts, lanes), facts)
    expected = looped(chunks, hop)
    assert samples.shape == (lanes, frames * hop)
    assert partial.shape == (lanes, facts.synthesis - hop)
    assert np.array_equal(np.concatenate((samples, partial), axis=1), expected)


@pytest.mark.parametrize("synthesis", [4, 6, 8, 21])
def test_the_tail_sounds_with_silence_after(synthesis: int) -> None:
    facts = replace(FACTS, synthesis=synthesis)
    chunks = np.random.default_rng(2).standard_normal((1, 3, synthesis)).astype(np.float32)
    silent = np.zeros((1, 6, synthesis), np.float32)
    first, partial = overlap_add(chunks, initial_partial(facts, 1), facts)
    rest, partial = overlap_add(silent, partial, facts)
    expected = looped(np.concatenate((chunks, silent), axis=1), 4)
    assert np.array_equal(np.concatenate((first, rest), axis=1), expected[:, :36])
    assert not partial.any()


def test_the_partial_is_a_copy() -> None:
    chunks = np.ones((1, 1, 6), np.float32)
    _, partial = overlap_add(chunks, initial_partial(FACTS, 1), FACTS)
    chunks[:] = 9
    assert partial.tolist() == [[1, 1]]


def test_nothing_in_nothing_out() -> None:
    partial = np.array([[1, 2]], np.float32)
    samples, after = overlap_add(np.empty((1, 0, 6), np.float32), partial, FACTS)
    assert samples.shape == (1, 0)
    assert np.array_equal(after, partial)
