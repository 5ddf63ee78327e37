"""Whole equals stream, for every stage and all of them chained, at awkward block sizes."""

from __future__ import annotations

import math
from dataclasses import replace
from typing import Any

import numpy as np
import pytest

from holostream.codec.dna import Dna
from holostream.codec.dna_ring import DnaRing, ring_bytes
from holostream.codec.framing import frame, initial_previous
from holostream.codec.overlap_add import initial_partial, overlap_add
from holostream.codec.tier import TierFacts
from holostream.codec.tier_model import TierModel
from holostream.codec.tier_step import TierStep
from holostream.engine.block_path import initial_path, step
from holostream.engine.callback import AudioCallback, DeviceFormat
from holostream.engine.controls import Controls
from holostream.engine.shared_state import SharedState
from tests.contract import BLOCKS, HOPS, Arrays, Stage, check_whole_equals_stream, gathered_hops
from tests.speech import speech

State = tuple[Any, ...]


def framing_stage(facts: TierFacts, lanes: int) -> Stage:
    def run(inputs: Arrays, previous: np.ndarray) -> tuple[Arrays, np.ndarray]:
        chunks, previous = frame(inputs[0], previous, facts)
        return (chunks,), previous

    return Stage(lambda: initial_previous(facts, lanes), run, unit=facts.hop)


def overlap_add_stage(facts: TierFacts, lanes: int) -> Stage:
    def run(inputs: Arrays, partial: np.ndarray) -> tuple[Arrays, np.ndarray]:
        samples, partial = overlap_add(inputs[0], partial, facts)
        return (samples,), partial

    return Stage(lambda: initial_partial(facts, lanes), run)


def encoder_stage(model: TierModel, lanes: int) -> Stage:
    def run(inputs: Arrays, state: np.ndarray) -> tuple[Arrays, np.ndarray]:
        dna, state = model.encode(np.ascontiguousarray(inputs[0]), state)
        return (dna.gains, dna.amplitudes, dna.phases), state

    return Stage(lambda: model.initial_encoder_state(lanes), run)


def vocoder_stage(model: TierModel, lanes: int) -> Stage:
    def run(inputs: Arrays, state: tuple[int, np.ndarray]) -> tuple[Arrays, tuple[int, np.ndarray]]:
        hop, before = state
        chunks, after = model.vocode(Dna(*inputs), before, hop)
        return (chunks,), (hop + chunks.shape[1], after)

    return Stage(lambda: (0, model.initial_vocoder_state(lanes)), run)


def chained_stage(model: TierModel, lanes: int) -> Stage:
    """Samples to codes and samples: everything between microphone and speaker but gains and guards."""
    facts, vocoder = model.facts, vocoder_stage(model, lanes)

    def initial() -> State:
        return (
            initial_previous(facts, lanes),
            model.initial_encoder_state(lanes),
            vocoder.initial_state(),
            initial_partial(facts, lanes),
        )

    def run(inputs: Arrays, state: State) -> tuple[Arrays, State]:
        previous, encoder_state, vocoder_state, partial = state
        chunks, previous = frame(inputs[0], previous, facts)
        dna, encoder_state = model.encode(chunks, encoder_state)
        codes = (dna.gains, dna.amplitudes, dna.phases)
        (sound,), vocoder_state = vocoder.step(codes, vocoder_state)
        samples, partial = overlap_add(sound, partial, facts)
        return (*codes, samples), (previous, encoder_state, vocoder_state, partial)

    return Stage(initial, run, unit=facts.hop)


def check_model(model: TierModel, lanes: int) -> None:
    """All stages of one tier; each stage's whole output is the next one's input."""
    hop = model.facts.hop
    samples = spoken(lanes, HOPS, hop)
    chunks = check_whole_equals_stream(framing_stage(model.facts, lanes), (samples,), hop)
    codes = check_whole_equals_stream(encoder_stage(model, lanes), chunks, hop)
    sound = check_whole_equals_stream(vocoder_stage(model, lanes), codes, hop)
    check_whole_equals_stream(overlap_add_stage(model.facts, lanes), sound, hop)
    *chained_codes, heard = check_whole_equals_stream(chained_stage(model, lanes), (samples,), hop)
    assert all(np.array_equal(a, b) for a, b in zip(codes, chained_codes, strict=True))
    assert np.abs(heard).max() > 0.05


def spoken(lanes: int, hops: int, hop: int) -> np.ndarray:
    return np.stack([speech(hops * hop / 48000, 48000, seed) for seed in range(1, lanes + 1)])


@pytest.mark.parametrize("block", BLOCKS)
def test_gathering_covers_every_hop_once(block: int) -> None:
    runs = list(gathered_hops(HOPS, 128, block))
    assert [hop for start, stop in runs for hop in range(start, stop)] == list(range(HOPS))
    assert len(runs) == min(HOPS, math.ceil(HOPS * 128 / block))


@pytest.mark.parametrize(("chunk", "synthesis"), [(128, 128), (192, 192), (256, 129), (192, 1000)])
def test_framing_and_overlap_add_at_other_sizes(tiers: dict[int, TierModel], chunk: int, synthesis: int) -> None:
    facts = replace(tiers[64].facts, chunk=chunk, synthesis=synthesis)
    check_whole_equals_stream(framing_stage(facts, 2), (spoken(2, HOPS, 128),), 128)
    sound = np.random.default_rng(0).standard_normal((2, HOPS, synthesis)).astype(np.float32)
    check_whole_equals_stream(overlap_add_stage(facts, 2), (sound,), 128)


def test_every_shipped_tier(tier: TierModel) -> None:
    check_model(tier, lanes=1)


def test_stereo(tiers: dict[int, TierModel]) -> None:
    check_model(tiers[128], lanes=2)


@pytest.mark.parametrize("harmonics", [64, 32])
def test_full_size_networks(full_size_tiers: dict[int, TierModel], harmonics: int) -> None:
    check_model(full_size_tiers[harmonics], lanes=1)


def check_step_equals_model(model: TierModel, lanes: int, primed: int) -> None:
    facts = model.facts
    chunks, _ = frame(spoken(lanes, 60, facts.hop), initial_previous(facts, lanes), facts)
    codes, _ = model.encode(chunks, model.initial_encoder_state(lanes))
    sound, _ = model.vocode(codes, model.initial_vocoder_state(lanes), 5)
    runner = TierStep(model, lanes)
    runner.warm()
    if primed:
        primed_codes, primed_sound = runner.prime(chunks[:, :primed], np.zeros((lanes, 0), np.float32), 5 + primed)
        assert primed_codes.equals(codes.part(0, primed))
        assert np.array_equal(primed_sound, sound[:, :primed])
    for place in range(primed, chunks.shape[1]):
        runner.chunk[:] = chunks[:, place]
        runner.encode()
        assert Dna(*(code[:, np.newaxis] for code in runner.codes)).equals(codes.part(place, place + 1))
        runner.lines[0].heard_row[:] = runner.row
        runner.lines[0].vocode(5 + place)
        assert np.array_equal(runner.lines[0].sound, sound[:, place : place + 1])


@pytest.mark.parametrize("primed", [0, 1, 8])
def test_step_equals_model(tier: TierModel, primed: int) -> None:
    check_step_equals_model(tier, lanes=1, primed=primed)


@pytest.mark.parametrize("harmonics", [64, 32])
@pytest.mark.parametrize("primed", [0, 7])
def test_step_equals_model_at_full_size(full_size_tiers: dict[int, TierModel], harmonics: int, primed: int) -> None:
    check_step_equals_model(full_size_tiers[harmonics], lanes=2, primed=primed)


def check_beside(model: TierModel, lanes: int) -> None:
    facts = model.facts
    chunks, _ = frame(spoken(2 * lanes, 60, facts.hop), initial_previous(facts, 2 * lanes), facts)
    both, alone = TierStep(model, lanes, beside=lanes), [TierStep(model, lanes) for _ in range(2)]
    for place in range(chunks.shape[1]):
        both.chunk[:], both.chunk_beside[:] = chunks[:lanes, place], chunks[lanes:, place]
        both.encode()
        for runner, own in zip(alone, (chunks[:lanes, place], chunks[lanes:, place]), strict=True):
            runner.chunk[:] = own
            runner.encode()
        assert np.array_equal(both.row, alone[0].row)
        assert np.array_equal(both.row_beside, alone[1].row)


@pytest.mark.parametrize("lanes", [1, 2])
def test_what_is_beside_changes_nothing_and_is_encoded_as_if_alone(tier: TierModel, lanes: int) -> None:
    check_beside(tier, lanes)


def test_what_is_beside_at_full_size(full_size_tiers: dict[int, TierModel]) -> None:
    check_beside(full_size_tiers[64], 1)


def test_what_is_beside_goes_on_in_another_tier(tiers: dict[int, TierModel]) -> None:
    first, always, late = (TierStep(tiers[harmonics], 1, beside=1) for harmonics in (64, 128, 128))
    chunks, _ = frame(spoken(1, 400, 128), initial_previous(tiers[64].facts, 1), tiers[64].facts)
    audible = 0
    for place in range(400):
        for runner in (first, always) if place < 300 else (always, late):
            runner.chunk_beside[:] = chunks[:, place]
            runner.encode()
        if place == 299:
            late.go_on_beside(first)
        if place >= 300:
            audible += bool(always.row_beside[0])  # its gain
            assert np.array_equal(late.row_beside, always.row_beside)
    assert audible > 20


def test_reset_leaves_alone_what_is_beside(tiers: dict[int, TierModel]) -> None:
    chunks, _ = frame(spoken(1, 60, 128), initial_previous(tiers[64].facts, 1), tiers[64].facts)
    undisturbed, reset = (TierStep(tiers[64], 1, beside=1) for _ in range(2))
    for place in range(60):
        for runner in (undisturbed, reset):
            runner.chunk[:] = runner.chunk_beside[:] = chunks[:, place]
            runner.encode()
        if place == 40:
            reset.reset()
        assert np.array_equal(reset.row_beside, undisturbed.row_beside)
    assert np.array_equal(undisturbed.row, undisturbed.row_beside)
    assert not np.array_equal(reset.levels, undisturbed.levels)


def test_levels_handed_over_make_a_primed_tier_encode_as_if_it_had_always_run(tiers: dict[int, TierModel]) -> None:
    outgoing, model = TierStep(tiers[8], 1), tiers[64]
    chunks, _ = frame(spoken(1, 400, 128), initial_previous(model.facts, 1), model.facts)
    whole, _ = model.encode(chunks, model.initial_encoder_state(1))
    for place in range(340):
        outgoing.chunk[:] = chunks[:, place]
        outgoing.encode()
    incoming = TierStep(model, 1)
    incoming.prime(chunks[:, 332:340], outgoing.levels, 340)
    for place in range(340, 400):
        incoming.chunk[:] = chunks[:, place]
        incoming.encode()
        assert Dna(*(code[:, np.newaxis] for code in incoming.codes)).equals(whole.part(place, place + 1))


def test_reset_forgets_everything(full_size_tiers: dict[int, TierModel]) -> None:
    runner = TierStep(full_size_tiers[64], 1)
    sounds = []
    for turn in range(3):
        runner.chunk[:] = spoken(1, 2, 128)[:, : full_size_tiers[64].facts.chunk]
        runner.encode()
        sounds.append(runner.codes[1].copy())
        if turn == 1:
            runner.reset()
    assert np.array_equal(sounds[0], sounds[2])


class TestBlockPath:
    """The callback gathers blocks into hops and queues what comes out: the path, later by what that adds."""

    hops = 150

    def directly(self, tiers: dict[int, TierModel], samples: np.ndarray, tier: int) -> np.ndarray:
        """The path stepped hop by hop."""
        controls = Controls(tier=tier)
        lanes, hop = samples.shape[0], tiers[tier].facts.hop
        path = initial_path(tiers, lanes, DnaRing(bytearray(ring_bytes(lanes, 64)), lanes, 64), controls)
        heard = [step(samples[:, at : at + hop], path, controls) for at in range(0, samples.shape[1], hop)]
        return np.concatenate(heard, axis=1)

    @pytest.mark.parametrize("block", BLOCKS)
    def test_any_block_size_sounds_the_same(self, tiers: dict[int, TierModel], block: int) -> None:
        hop = tiers[64].facts.hop
        samples = spoken(2, self.hops, hop)
        expected = self.directly(tiers, samples, 64)
        shared = SharedState.create(2, 64)
        try:
            controls = Controls(tier=64)
            path = initial_path(tiers, 2, shared.dna, controls)
            callback = AudioCallback(path, controls, shared, DeviceFormat(48000, block, 2, 2), realtime=False)
            heard = np.zeros((samples.shape[1] // block * block, 2), np.float32)
            for at in range(0, len(heard), block):
                callback.process(samples.T[at : at + block], heard[at : at + block])
            record = shared.status.snapshot()
            assert record["errors"] == record["latency_changes"] == 0
        finally:
            shared.close()
        prefill = hop - math.gcd(block, hop)
        assert record["added_latency"] == prefill + tiers[64].facts.overlap
        assert not heard[:prefill].any()
        assert np.array_equal(heard[prefill:].T, expected[:, : len(heard) - prefill])
        assert np.abs(heard).max() > 0.05
