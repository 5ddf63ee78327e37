"""Switches of the real block path are clean and complete in time; splices in their place are found."""

from __future__ import annotations

import itertools

import numpy as np
import pytest

from holostream.bench.material import tone, voice
from holostream.bench.switch import COMPLETE, play, switch_schedule, try_switches
from holostream.codec.tier import TIERS
from holostream.codec.tier_fade import FADE_HOPS
from holostream.codec.tier_model import TierModel

HOPS = 260


def test_the_schedule_goes_back_and_forth():
    schedule, places = switch_schedule(4, 256, 100)
    assert [place for place in range(1, 100) if schedule[place] != schedule[place - 1]] == places
    assert set(schedule) == {4, 256}


@pytest.mark.parametrize("sound", ["tone", "voice"])
def test_no_click_between_any_two_tiers(tiers: dict[int, TierModel], sound: str):
    facts = tiers[64].facts
    samples = (
        tone(HOPS * facts.hop, facts.rate) if sound == "tone" else voice(facts.rate)[:, 4800 : 4800 + HOPS * facts.hop]
    )
    found = try_switches(tiers, samples, list(itertools.combinations(TIERS, 2)))
    assert len(found.findings) == len(TIERS) * (len(TIERS) - 1)
    assert found.clicks == 0
    assert found.complete_after_hops <= 1 + FADE_HOPS
    # On the tone every planted splice must be found; speech has moments that hide some.
    assert np.mean(found.splices) == 1 if sound == "tone" else np.mean(found.splices) > 0.5


def test_a_fade_replaced_by_a_cut_is_found(tiers: dict[int, TierModel], monkeypatch: pytest.MonkeyPatch):
    monkeypatch.setattr("holostream.engine.block_path.FADE_HOPS", 1)
    monkeypatch.setattr("holostream.engine.block_path.fade_weights", lambda hop, hops: np.ones((1, hop), np.float32))
    facts = tiers[64].facts
    late = np.roll(tone(HOPS * facts.hop, facts.rate), 1, axis=1)
    found = try_switches(tiers, late, [(4, 64), (8, 256)])
    assert found.clicks > 0


def test_the_fade_is_seen_in_the_weights(tiers: dict[int, TierModel]):
    facts = tiers[64].facts
    found = try_switches(tiers, tone(HOPS * facts.hop, facts.rate), [(4, 256)])
    weights = found.weights[0] / found.weights[1]
    assert weights[0] < 0.1
    assert np.all(np.diff(weights[: 1 + FADE_HOPS]) > 0)
    assert np.all(weights[1 + FADE_HOPS :] > COMPLETE)


def test_playing_one_tier_is_the_codec_alone(tiers: dict[int, TierModel]):
    facts = tiers[256].facts
    samples = tone(HOPS * facts.hop, facts.rate)
    heard = play(tiers, samples, [256] * HOPS)
    delayed = samples[0, : -facts.overlap]
    error = heard[facts.overlap :][2000:] - delayed[2000:]
    # The DC guard turns 440 Hz by 0.65 degrees: 1.1 %.
    assert np.sqrt(np.mean(error**2)) < 0.02 * np.sqrt(np.mean(delayed**2))
