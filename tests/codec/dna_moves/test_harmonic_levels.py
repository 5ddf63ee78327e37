"""Levels are what a lone code sounds like."""

from __future__ import annotations

from types import SimpleNamespace

import numpy as np

from holostream.codec.dna import silence
from holostream.codec.dna_moves.harmonic_levels import harmonic_levels
from holostream.codec.tier_model import TierModel
from tests.bent_sound import facts_of


def test_there_is_one_for_each_base_harmonic(tier: TierModel) -> None:
    levels = harmonic_levels(tier)
    assert levels.shape == (min(tier.facts.harmonics, 64) - tier.facts.noise_pair,)
    assert levels.dtype == np.float32
    assert np.isclose(np.exp(np.log(levels).mean()), 1, rtol=1e-4)
    assert levels.max() / levels.min() < 100


def test_they_are_the_vocoders(tiers: dict[int, TierModel]) -> None:
    levels, model = harmonic_levels(tiers[64]), tiers[64]
    energy = []
    for harmonic in (3, 40):
        dna = silence(1, 1, 64)
        dna.gains[:], dna.amplitudes[..., harmonic], dna.phases[..., harmonic] = 40, 20, 7
        energy.append(np.square(model.vocode(dna, model.initial_vocoder_state(1), 0)[0]).sum())
    assert np.isclose(np.sqrt(energy[1] / energy[0]), levels[40] / levels[3], rtol=0.2)


def test_bytes_have_none() -> None:
    model = SimpleNamespace(facts=facts_of(16, "bytes"))
    assert harmonic_levels(model).tolist() == [1.0] * 16
