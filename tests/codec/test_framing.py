"""Samples to overlapping chunks."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from holostream.codec.framing import frame, initial_previous
from holostream.codec.tier import TierFacts

FACTS = TierFacts("t", 64, 48000, 4, 6, 6, 1, 1, 1, 1, False, "")


def test_chunks_overlap_and_start_before_the_first_sample() -> None:
    samples = np.arange(1, 9, dtype=np.float32)[np.newaxis]
    chunks, previous = frame(samples, initial_previous(FACTS, 1), FACTS)
    assert chunks.tolist() == [[[0, 0, 1, 2, 3, 4], [3, 4, 5, 6, 7, 8]]]
    assert previous.tolist() == [[7, 8]]


@given(hop=st.integers(1, 9), overlap=st.integers(0, 9), frames=st.integers(0, 7), lanes=st.integers(1, 3))
def test_every_chunk_is_the_stretch_it_says(hop: int, overlap: int, frames: int, lanes: int) -> None:
    overlap = min(hop, overlap)
    facts = replace(FACTS, hop=hop, chunk=hop + overlap)
    samples = np.random.default_rng(0).standard_normal((lanes, frames * hop)).astype(np.float32)
    before = np.full((lanes, overlap), 7, np.float32)
    chunks, previous = frame(samples, before, facts)
    joined = np.concatenate((before, samples), axis=1)
    assert chunks.shape == (lanes, frames, facts.chunk)
    assert chunks.dtype == np.float32
    assert chunks.flags.c_contiguous
    for t in range(frames):
        assert np.array_equal(chunks[:, t], joined[:, t * hop : t * hop + facts.chunk])
    assert np.array_equal(previous, joined[:, frames * hop :])


def test_results_do_not_alias_the_input() -> None:
    samples = np.ones((1, 8), np.float32)
    chunks, previous = frame(samples, initial_previous(FACTS, 1), FACTS)
    samples[:] = 5
    assert chunks.max() == previous.max() == 1


@pytest.mark.parametrize("count", [1, 3, 5, 127])
def test_parts_of_a_hop_are_refused(count: int) -> None:
    with pytest.raises(ValueError, match=f"{count} samples, expected a multiple of the hop, 4"):
        frame(np.zeros((1, count), np.float32), initial_previous(FACTS, 1), FACTS)
