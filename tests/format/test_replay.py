"""Blocks back to the sound that was heard."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import pytest

from holostream.codec.dna import Dna
from holostream.codec.framing import frame, initial_previous
from holostream.codec.overlap_add import initial_partial, overlap_add
from holostream.codec.tier_fade import fade_weights
from holostream.codec.tier_model import ModelError, TierModel, version_name
from holostream.format.holo_block import DnaBlock, VoiceRun
from holostream.format.holo_header import HoloHeader
from holostream.format.replay import Replay
from tests.dna_examples import random_dna
from tests.speech import speech

HOP = 128


def header_for(tiers: dict[int, TierModel], lanes: int = 1) -> HoloHeader:
    facts = next(iter(tiers.values())).facts
    models = {str(harmonics): version_name(model.facts) for harmonics, model in tiers.items()}
    return HoloHeader(facts.family, facts.rate, facts.hop, facts.chunk, lanes, models)


def spoken_dna(model: TierModel, hops: int, lanes: int = 1, seed: int = 0) -> Dna:
    samples = np.stack([speech(hops * HOP / 48000, 48000, seed + lane) for lane in range(lanes)])
    chunks, _ = frame(samples, initial_previous(model.facts, lanes), model.facts)
    return model.encode(chunks, model.initial_encoder_state(lanes))[0]


def sound_of(model: TierModel, dna: Dna, first_hop: int = 0) -> np.ndarray:
    """(lanes, samples): from silence, all at once."""
    chunks, _ = model.vocode(dna, model.initial_vocoder_state(dna.lanes), first_hop)
    return overlap_add(chunks, initial_partial(model.facts, dna.lanes), model.facts)[0]


def play(replay: Replay, *blocks: DnaBlock) -> np.ndarray:
    pieces = [piece for block in blocks for piece in replay.decode(block)]
    assert all(piece.dtype == np.float32 and piece.flags.c_contiguous for piece in pieces)
    return np.concatenate(pieces, axis=1)


def replay_of(tiers: dict[int, TierModel], lanes: int = 1) -> Replay:
    return Replay(header_for(tiers, lanes), tiers.__getitem__)


@pytest.fixture(params=["shipped", "full size"])
def some_tiers(request: pytest.FixtureRequest, tiers: dict[int, TierModel],
               full_size_tiers: dict[int, TierModel]) -> dict[int, TierModel]:
    return tiers if request.param == "shipped" else full_size_tiers


@pytest.mark.parametrize("lanes", [1, 2])
def test_blocks_of_any_length_give_the_same_bits(some_tiers: dict[int, TierModel], lanes: int) -> None:
    dna = spoken_dna(some_tiers[32], 90, lanes)
    blocks = [DnaBlock(-7 + start, stop - start, (VoiceRun(start == 0, 0, dna.part(start, stop)),))
              for start, stop in ((0, 1), (1, 2), (2, 40), (40, 90))]
    assert np.array_equal(play(replay_of(some_tiers, lanes), *blocks), sound_of(some_tiers[32], dna, -7))


@pytest.mark.parametrize("first_hop", [-(1 << 63), (1 << 63) - 1 - 90])
def test_a_first_block_may_begin_at_any_hop(tiers: dict[int, TierModel], first_hop: int) -> None:
    dna = spoken_dna(tiers[8], 90)
    heard = play(replay_of(tiers), DnaBlock(first_hop, 80, (VoiceRun(True, 10, dna),)))
    assert np.array_equal(heard, sound_of(tiers[8], dna, first_hop - 10)[:, 10 * HOP :])


def test_preroll_is_run_but_not_heard(some_tiers: dict[int, TierModel]) -> None:
    model, dna = some_tiers[64], spoken_dna(some_tiers[64], 90)
    context = model.facts.context_frames
    start = 40
    block = DnaBlock(start, 50, (VoiceRun(True, context, dna.part(start - context, 90)),))
    assert np.array_equal(play(replay_of(some_tiers), block), sound_of(model, dna)[:, start * HOP :])


def test_less_preroll_than_the_context_is_heard(full_size_tiers: dict[int, TierModel]) -> None:
    """`context_frames` is not just enough, it is needed."""
    for model in full_size_tiers.values():
        dna, context, start = spoken_dna(model, 90), model.facts.context_frames - 1, 50
        block = DnaBlock(start, 40, (VoiceRun(True, context, dna.part(start - context, 90)),))
        heard, expected = play(replay_of(full_size_tiers), block), sound_of(model, dna)[:, start * HOP :]
        assert np.array_equal(heard[:, HOP:], expected[:, HOP:])
        assert not np.array_equal(heard[:, :HOP], expected[:, :HOP])


def test_a_fade_mixes_with_the_live_weights(some_tiers: dict[int, TierModel]) -> None:
    old, new = spoken_dna(some_tiers[64], 30), spoken_dna(some_tiers[32], 30)
    heard = play(
        replay_of(some_tiers),
        DnaBlock(0, 10, (VoiceRun(True, 0, old.part(0, 10)),)),
        DnaBlock(10, 3, (VoiceRun(False, 0, old.part(10, 13)), VoiceRun(True, 10, new.part(0, 13))), 0, 8),
        DnaBlock(13, 5, (VoiceRun(False, 0, old.part(13, 18)), VoiceRun(False, 0, new.part(13, 18))), 3, 8),
        DnaBlock(18, 12, (VoiceRun(False, 0, new.part(18, 30)),)),
    )
    outgoing, incoming = sound_of(some_tiers[64], old), sound_of(some_tiers[32], new)
    during = slice(10 * HOP, 18 * HOP)
    assert np.array_equal(heard[:, : during.start], outgoing[:, : during.start])
    assert np.array_equal(heard[:, during.stop :], incoming[:, during.stop :])
    weights = fade_weights(HOP, 8).ravel()
    mixed = outgoing[:, during] + (incoming[:, during] - outgoing[:, during]) * weights
    assert np.array_equal(heard[:, during], mixed)


def test_a_voice_that_starts_again_forgets(full_size_tiers: dict[int, TierModel]) -> None:
    model = full_size_tiers[64]
    first, second = spoken_dna(model, 20, seed=1), spoken_dna(model, 20, seed=2)
    heard = play(replay_of(full_size_tiers), DnaBlock(0, 20, (VoiceRun(True, 0, first),)),
                 DnaBlock(20, 20, (VoiceRun(True, 0, second),)))
    assert np.array_equal(heard[:, 20 * HOP :], sound_of(model, second, 20))


@pytest.mark.parametrize("missing", [1, 2, 1024, 1025, 5000])
def test_missing_hops_are_silence_in_small_pieces(tiers: dict[int, TierModel], missing: int) -> None:
    dna = random_dna(1, 4, 4, 0)
    replay = replay_of(tiers)
    first = play(replay, DnaBlock(0, 2, (VoiceRun(True, 0, dna.part(0, 2)),)))
    pieces = list(replay.decode(DnaBlock(2 + missing, 2, (VoiceRun(True, 0, dna.part(2, 4)),))))
    assert max(piece.shape[1] for piece in pieces) <= 1024 * HOP
    heard = np.concatenate(pieces, axis=1)
    assert first.shape == (1, 2 * HOP)
    assert heard.shape == (1, (missing + 2) * HOP)
    assert not heard[:, : missing * HOP].any()
    assert np.array_equal(heard[:, missing * HOP :], sound_of(tiers[4], dna.part(2, 4), 2 + missing))


def test_nothing_rings_on_over_a_gap(tiers: dict[int, TierModel]) -> None:
    """Even where the file says that the voice goes on."""
    dna = random_dna(1, 4, 4, 0)
    heard = play(replay_of(tiers), DnaBlock(0, 2, (VoiceRun(True, 0, dna.part(0, 2)),)),
                 DnaBlock(9, 2, (VoiceRun(False, 0, dna.part(2, 4)),)))
    assert np.array_equal(heard[:, 9 * HOP :], sound_of(tiers[4], dna.part(2, 4), 9))


def test_only_tiers_that_sound_are_loaded_and_only_once(tiers: dict[int, TierModel]) -> None:
    loaded: list[int] = []

    def load(harmonics: int) -> TierModel:
        loaded.append(harmonics)
        return tiers[harmonics]

    replay = Replay(header_for(tiers), load)
    play(
        replay,
        *(DnaBlock(hop, 1, (VoiceRun(True, 0, random_dna(1, 1, (4, 8)[hop % 2], 0)),)) for hop in range(6)),
    )
    assert loaded == [4, 8]


@pytest.mark.parametrize(
    "change",
    [
        {"models": {"4": "00" * 8}},
        {"models": {}},
        {"family": "other"},
        {"rate": 44100},
        {"hop": 64},
        {"chunk": 191},
    ],
)
def test_other_models_than_it_was_made_with(tiers: dict[int, TierModel], change: dict) -> None:
    replay = Replay(replace(header_for(tiers), **change), tiers.__getitem__)
    with pytest.raises(
        ModelError, match=r"the recording needs tier 4 of family .* point --models at the folder"
    ):
        next(replay.decode(DnaBlock(0, 1, (VoiceRun(True, 0, random_dna(1, 1, 4, 0)),))))
