"""The live path with tiers whose chunks do not overlap and have no past: hop and chunk 1024."""

from __future__ import annotations

import math

import numpy as np
import pytest

from holostream.codec.dna_ring import DnaRing, ring_bytes
from holostream.codec.framing import frame, initial_previous
from holostream.codec.overlap_add import initial_partial, overlap_add
from holostream.codec.tier_fade import FADE_HOPS, fade_weights
from holostream.codec.tier_model import TierModel
from holostream.engine.block_path import initial_path, step
from holostream.engine.controls import Controls
from tests.engine.live_callback import LiveCallback
from tests.speech import speech

HOP = 1024


def test_framing_and_overlap_add_are_a_mere_cut_and_join(holo_audio_tiers: dict[int, TierModel]) -> None:
    facts = holo_audio_tiers[16].facts
    samples = np.random.default_rng(0).standard_normal((2, 5 * HOP)).astype(np.float32)
    previous = initial_previous(facts, 2)
    for hops in (5, 1):
        chunks, previous = frame(samples[:, : hops * HOP], previous, facts)
        assert np.array_equal(chunks.reshape(2, -1), samples[:, : hops * HOP])
        joined, partial = overlap_add(chunks, initial_partial(facts, 2), facts)
        assert np.array_equal(joined, samples[:, : hops * HOP])
        assert previous.shape == partial.shape == (2, 0)


def run(
    tiers: dict[int, TierModel], samples: np.ndarray, tier: int, switch: tuple[int, int] | None = None
) -> np.ndarray:
    """The path hop by hop; `switch` is (hop, tier)."""
    controls = Controls(tier, feedback_guard=False)
    path = initial_path(tiers, 1, DnaRing(bytearray(ring_bytes(1, 64)), 1, 64), controls)
    heard = []
    for hop in range(samples.shape[1] // HOP):
        if switch is not None and hop == switch[0]:
            controls.tier = switch[1]
        heard.append(step(samples[:, hop * HOP : (hop + 1) * HOP], path, controls))
    return np.concatenate(heard, axis=1)


def test_a_switch_fades_between_what_both_tiers_say(holo_audio_tiers: dict[int, TierModel]) -> None:
    samples = speech(1.0, 44100, 4)[np.newaxis, : 40 * HOP]
    alone = {tier: run(holo_audio_tiers, samples, tier) for tier in (16, 32)}
    switched = run(holo_audio_tiers, samples, 16, (20, 32))
    start, end = 21 * HOP, (21 + FADE_HOPS) * HOP  # priming has a hop of its own, even where there is nothing to prime
    weights = fade_weights(HOP, FADE_HOPS).reshape(-1)
    assert np.array_equal(switched[:, :start], alone[16][:, :start])
    assert np.array_equal(switched[:, end:], alone[32][:, end:])
    mixed = alone[16][:, start:end] * (1 - weights) + alone[32][:, start:end] * weights
    assert np.allclose(switched[:, start:end], mixed, atol=1e-5)
    assert np.abs(alone[16] - alone[32]).max() > 0.05


@pytest.mark.parametrize("block", [1, 64, 65, 128, 480, 1024, 8192])
def test_any_block_sounds_the_same_as_late_as_the_status_says(
    holo_audio_tiers: dict[int, TierModel], block: int
) -> None:
    samples = speech(0.5, 44100, 1)[: 20 * HOP, np.newaxis]
    expected = run(holo_audio_tiers, samples.T, 16)[0]
    live = LiveCallback(holo_audio_tiers, 16, block, rate=44100)
    heard = live.play(samples, [block])[:, 0]
    status = live.status
    added = HOP - math.gcd(block, HOP)
    assert (int(status["added_latency"]), int(status["algorithmic_latency"])) == (added, HOP)
    assert status["errors"] == status["latency_changes"] == status["bad_frames"] == 0
    assert not heard[:added].any()
    assert np.array_equal(heard[added:], expected[: len(heard) - added])
    assert np.abs(heard).max() > 0.05


def test_changing_blocks_and_another_device_rate(holo_audio_tiers: dict[int, TierModel]) -> None:
    samples = speech(1.0, 48000, 1)[:, np.newaxis]
    live = LiveCallback(holo_audio_tiers, 16, 128, rate=48000)
    heard = live.play(samples, [128, 37, 200, 1, 1024, 64, 999])
    assert live.status["errors"] == 0
    assert live.status["resampling_latency"] > 0
    assert np.abs(heard[20000:]).max() > 0.05


def test_dry_sound_is_late_by_the_same(holo_audio_tiers: dict[int, TierModel]) -> None:
    samples = speech(0.5, 44100, 1)[: 20 * HOP, np.newaxis]
    live = LiveCallback(holo_audio_tiers, 16, 128, rate=44100)
    live.controls.bypass = True
    heard, added = live.play(samples, [128])[:, 0], int(live.status["added_latency"])
    original = samples[2 * HOP : -added, 0]
    assert np.corrcoef(original, heard[2 * HOP + added :])[0, 1] > 0.98  # but for the offset filter


def test_silence_stays_silent(holo_audio_tiers: dict[int, TierModel]) -> None:
    assert not run(holo_audio_tiers, np.zeros((1, 10 * HOP), np.float32), 16).any()
