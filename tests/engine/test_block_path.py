"""The path of one hop: tier switches and the mix."""

from __future__ import annotations

import numpy as np
import pytest

from holostream.codec.dna_ring import HEARD, PRIMING, DnaRing, ring_bytes
from holostream.codec.framing import frame, initial_previous
from holostream.codec.overlap_add import initial_partial, overlap_add
from holostream.codec.tier_fade import FADE_HOPS, fade_weights
from holostream.engine.block_path import PathState, WantedVoice, initial_path, open_voice, step
from holostream.engine.controls import Controls
from tests.speech import speech

HOP = 128


def run(path: PathState, controls: Controls, samples: np.ndarray, switches: dict[int, int] | None = None) -> np.ndarray:
    """(lanes, n) samples through the path; `switches` gives the tier from a hop on."""
    out = []
    for hop in range(samples.shape[1] // HOP):
        if switches and hop in switches:
            controls.tier = switches[hop]
        out.append(step(samples[:, hop * HOP : (hop + 1) * HOP], path, controls))
    return np.concatenate(out, axis=1)


def new_path(tiers, tier: int = 64, **controls) -> tuple[PathState, Controls, DnaRing]:
    wanted = Controls(tier, feedback_guard=False, **controls)
    ring = DnaRing(bytearray(ring_bytes(1, 2048)), 1, 2048)
    return initial_path(tiers, 1, ring, wanted), wanted, ring


@pytest.fixture(scope="module")
def voice() -> np.ndarray:
    return speech(0.6, 48000, 9)[np.newaxis, : 200 * HOP]


@pytest.mark.parametrize("tier", [4, 64, 256])
def test_wet_is_the_codec_alone(tiers, voice, tier):
    path, controls, _ = new_path(tiers, tier)
    heard = run(path, controls, voice)
    model, facts = tiers[tier], tiers[tier].facts
    guard = new_path(tiers)[0].mixer.guard
    cleaned = np.concatenate([guard.clean(voice[:, at : at + HOP]) for at in range(0, voice.shape[1], HOP)], axis=1)
    chunks, _ = frame(cleaned, initial_previous(facts, 1), facts)
    dna, _ = model.encode(chunks, model.initial_encoder_state(1))
    sound, _ = model.vocode(dna, model.initial_vocoder_state(1), 0)
    assert np.array_equal(heard, overlap_add(sound, initial_partial(facts, 1), facts)[0])


def test_a_voice_opened_between_two_hops_is_the_one_that_the_next_hop_would_open(tiers, voice):
    heard = []
    for early in (False, True):
        path, controls, ring = new_path(tiers, 64)
        sounds = []
        for hop in range(60):
            controls.tier = 8 if hop >= 20 else 64
            controls.freeze = float(40 <= hop < 50)
            if early:
                open_voice(path)
                assert path.wanted is None
                open_voice(path)  # nothing is left to do
            sounds.append(step(voice[:, hop * HOP : (hop + 1) * HOP], path, controls))
            if hop == 20:
                assert path.wanted == WantedVoice(8)
                assert path.incoming is None
                controls.tier = 256  # too late for this one
        frames, _, _ = ring.read(0)
        heard.append((np.concatenate(sounds, axis=1), [(f.hop, f.voice, f.kind) for f in frames]))
    assert np.array_equal(heard[0][0], heard[1][0])
    assert heard[0][1] == heard[1][1]
    assert max(voice for _, voice, _ in heard[0][1]) == 2  # the switch, and the freeze let go


def test_a_switch_fades_from_one_tier_running_alone_to_the_other(tiers, voice):
    alone = {tier: run(*new_path(tiers, tier)[:2], voice) for tier in (4, 256)}
    path, controls, ring = new_path(tiers, 4)
    heard = run(path, controls, voice, {100: 256})
    start, end = 101 * HOP, (101 + FADE_HOPS) * HOP  # hop 100 hears of it and primes
    weights = fade_weights(HOP, FADE_HOPS).reshape(-1)
    assert np.array_equal(heard[:, :start], alone[4][:, :start])
    assert np.array_equal(heard[:, end:], alone[256][:, end:])  # primed so well that nobody can tell
    mixed = alone[4][:, start:end] * (1 - weights) + alone[256][:, start:end] * weights
    assert np.allclose(heard[:, start:end], mixed, atol=1e-6)
    frames, _, lost = ring.read(0)
    assert lost == 0
    by_hop = {hop: [f for f in frames if f.hop == hop and f.kind == HEARD] for hop in range(200)}
    assert [len(by_hop[hop]) for hop in (100, 101, 107, 108)] == [1, 2, 2, 1]
    assert [f.dna.harmonics for f in by_hop[101]] == [4, 256]
    assert [f.fade_hop for f in frames if f.fade_hops] == list(range(FADE_HOPS))
    assert sum(f.kind == PRIMING for f in frames) == tiers[256].facts.prime_frames


def test_requests_during_a_fade_wait_and_the_last_one_counts(tiers, voice):
    path, controls, _ = new_path(tiers, 4)
    run(path, controls, voice, {50: 16, 52: 32, 54: 8})
    assert path.voice.runner.facts.harmonics == 8
    assert path.voice.number == 2
    assert path.incoming is None


def test_a_switch_within_the_first_hops_has_little_to_prime_with(tiers, voice):
    path, controls, _ = new_path(tiers, 4)
    heard = run(path, controls, voice, {0: 64})
    assert np.isfinite(heard).all()
    assert path.voice.runner.facts.harmonics == 64


@pytest.mark.parametrize(("morph", "voices"), [(0.001, 0), (0.0021, 1)])
def test_a_morph_too_small_for_a_level_opens_no_voice(tiers, voice, morph: float, voices: int):
    """Opening one every other hop cost more than a hop has, and made a block of each in a recording."""
    path, controls, _ = new_path(tiers, morph=morph, morph_tier=16)
    run(path, controls, voice[:, : 128 * 100])
    assert path.newest_voice == voices


def test_dry_is_the_input_delayed_by_the_overlap(tiers, voice):
    path, controls, _ = new_path(tiers, 4, wet=0.0)
    heard = run(path, controls, voice)
    guard = new_path(tiers)[0].mixer.guard
    cleaned = np.concatenate([guard.clean(voice[:, at : at + HOP]) for at in range(0, voice.shape[1], HOP)], axis=1)
    assert np.allclose(heard[:, 64:], cleaned[:, :-64], atol=1e-6)


def test_half_wet_is_between(tiers, voice):
    wet, dry, half = (run(*new_path(tiers, 256, wet=amount)[:2], voice) for amount in (1.0, 0.0, 0.5))
    assert np.allclose(half, (wet + dry) / 2, atol=1e-6)
