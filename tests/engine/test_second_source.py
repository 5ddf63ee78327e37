"""The second source: its codes are those of its sound, encoded once for each tier and hop; what is no number is silence."""

from __future__ import annotations

import numpy as np

from holostream.codec.dna import codes_in
from holostream.codec.framing import frame, initial_previous
from holostream.codec.tier_model import TierModel
from holostream.engine.second_source import SecondSource
from tests.speech import speech

HOP = 128


def test_codes_are_those_of_its_sound(tiers: dict[int, TierModel]) -> None:
    sound = speech(0.3, 48000, 5)[np.newaxis, : 100 * HOP]
    source, model = SecondSource({16: tiers[16]}, 1), tiers[16]
    chunks, _ = frame(sound, initial_previous(model.facts, 1), model.facts)
    dna, _ = model.encode(chunks, model.initial_encoder_state(1))
    for hop in range(100):
        source.begin_hop(sound[:, hop * HOP : (hop + 1) * HOP], 16)
        for row in (source.row(16), source.row(16)):  # asked twice, encoded once
            for found, expected in zip(codes_in(row, 1), (dna.gains, dna.amplitudes, dna.phases), strict=True):
                assert np.array_equal(found, expected[:, hop])


def test_bad_numbers_are_silence(tiers: dict[int, TierModel]) -> None:
    source = SecondSource({64: tiers[64]}, 1)
    for bad in (np.nan, np.inf):
        source.begin_hop(np.full((1, HOP), bad, np.float32), 64)
        source.begin_hop(np.zeros((1, HOP), np.float32), 64)
        assert source.row(64)[0] == 0


def test_what_a_tier_says_does_not_depend_on_when_it_was_asked_first(tiers: dict[int, TierModel]) -> None:
    sound = np.tile(speech(0.3, 48000, 5)[np.newaxis, : 100 * HOP], 2)
    always, late = (SecondSource({64: tiers[64], 128: tiers[128]}, 1) for _ in range(2))
    audible = 0
    for hop in range(200):
        samples = sound[:, hop * HOP : (hop + 1) * HOP]
        always.begin_hop(samples, 128)
        late.begin_hop(samples, 64 if 50 <= hop < 80 else 128)
        asked = always.row(64)
        if hop >= 110:
            audible += asked[0] > 0  # its gain
            assert np.array_equal(late.row(64), asked)
            assert np.array_equal(late.row(128), always.row(128))
    assert audible > 20
