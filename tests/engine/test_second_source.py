"""The second source: its newest chunk, as the encoder takes it; what is no number is silence; whoever encodes it knows all of it."""

from __future__ import annotations

import numpy as np
import pytest

from holostream.codec.dna_ring import DnaRing, ring_bytes
from holostream.codec.framing import frame, initial_previous
from holostream.codec.tier_model import TierModel
from holostream.codec.tier_step import TierStep
from holostream.engine.block_path import initial_path, step
from holostream.engine.controls import Controls
from holostream.engine.second_source import SecondSource
from tests.speech import speech

HOP = 128


def test_its_chunks_overlap_as_frames_do(tiers: dict[int, TierModel]) -> None:
    facts = tiers[16].facts
    sound = np.tile(speech(0.3, 48000, 5)[np.newaxis, : 100 * HOP], 2)
    chunks, _ = frame(sound, initial_previous(facts, 1), facts)
    source = SecondSource(facts, 1)
    for hop in range(200):
        assert np.array_equal(source.chunk_of(sound[:, hop * HOP : (hop + 1) * HOP]), chunks[:, hop])


@pytest.mark.parametrize("bad", [np.nan, np.inf])
def test_bad_numbers_are_silence(tiers: dict[int, TierModel], bad: float) -> None:
    source = SecondSource(tiers[64].facts, 1)
    samples = np.full((1, HOP), 0.5, np.float32)
    samples[0, 7] = bad
    assert not source.chunk_of(samples).any()


@pytest.mark.parametrize("arrive", [{"tier": 128}, {"morph_tier": 128, "morph": 0.5}])
def test_a_tier_that_comes_later_encodes_it_as_if_it_had_always_run(tiers: dict[int, TierModel], arrive: dict) -> None:
    facts, sound = tiers[64].facts, speech(3.0, 48000, 5)[np.newaxis]
    controls = Controls(64, glide_ms=0.0)
    path = initial_path(tiers, 1, DnaRing(bytearray(ring_bytes(1, 64)), 1, 64), controls, second=True)
    always, chunks = TierStep(tiers[128], 1, beside=1), SecondSource(facts, 1)
    audible = 0
    for hop in range(400):
        if hop == 300:
            for name, value in arrive.items():
                controls.set(name, value)
        second = sound[:, (hop + 90) * HOP : (hop + 91) * HOP]
        step(sound[:, hop * HOP : (hop + 1) * HOP], path, controls, second=second)
        always.chunk_beside[:] = chunks.chunk_of(second)
        always.encode()
        if hop > 310:
            audible += bool(always.row_beside[0])  # its gain
            assert np.array_equal(path.runners[128].row_beside, always.row_beside)
    assert audible > 20
