"""An imported tier is a tier as any other: same interface, whole equals stream, silence is silence."""

from __future__ import annotations

import json
import shutil
from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest
import torch

from holostream.codec.dna import silence
from holostream.codec.dna_moves.bend import Bend
from holostream.codec.dna_moves.bend_plan import BendAmounts
from holostream.codec.tier_model import ModelError, TierModel, tier_folder
from holostream.network.holo_audio_export import (
    check_holo_audio,
    coefficient_range,
    encoder_graph,
    export_holo_audio,
    vocoder_graph,
)
from tests.bent_sound import FULL, bent, level_db
from tests.codec.test_whole_equals_stream import check_model, check_step_equals_model
from tests.holo_audio_models import holo_audio_network
from tests.speech import speech


def test_facts(holo_audio_tiers: dict[int, TierModel]) -> None:
    facts = holo_audio_tiers[16].facts
    assert (facts.family, facts.codes, facts.rate, facts.harmonics) == ("holo-audio-1024", "bytes", 44100, 16)
    assert (facts.hop, facts.chunk, facts.synthesis, facts.overlap) == (1024, 1024, 1024, 0)
    assert facts.latency_samples == 1024
    assert facts.held_back(128) == 1024 - 128


def test_whole_equals_stream(holo_audio_tiers: dict[int, TierModel]) -> None:
    check_model(holo_audio_tiers[16], lanes=1)


def test_step_equals_model(holo_audio_tiers: dict[int, TierModel]) -> None:
    check_step_equals_model(holo_audio_tiers[32], lanes=2, primed=0)


@torch.no_grad()
def test_coefficient_2k_is_amplitude_k_and_2k_plus_1_is_phase_k(holo_audio_models: Path, holo_audio_tiers) -> None:
    card = json.loads((tier_folder(holo_audio_models, 16) / "tier.json").read_text())["card"]
    lowest, largest = card["coefficients"]["lowest"], card["coefficients"]["largest"]
    chunks = speech(1.0, 44100, 2)[: 43 * 1024].reshape(1, 43, 1024)
    expected = holo_audio_network(16).encoder(torch.from_numpy(chunks)).numpy()
    dna, _ = holo_audio_tiers[16].encode(chunks, np.zeros((1, 1), np.float32))
    step = (largest - lowest) / 255
    assert abs(holo_audio_tiers[16].facts.zero_code * step + lowest) <= 0.5 * step
    for codes, coefficients in ((dna.amplitudes, expected[..., 0::2]), (dna.phases, expected[..., 1::2])):
        decoded = codes * step + lowest
        assert np.abs(decoded - np.clip(coefficients, lowest, largest)).max() <= 0.5 * step + 1e-5


def test_silence_in_is_silence_out(holo_audio_tiers: dict[int, TierModel]) -> None:
    model, state = holo_audio_tiers[16], np.zeros((1, 1), np.float32)
    chunks = np.zeros((1, 3, 1024), np.float32)
    chunks[0, 1, 500], chunks[0, 2, 500] = 0.5e-4, 2e-4
    dna, _ = model.encode(chunks, state)
    assert dna.gains.tolist() == [[0, 0, 1]]
    sound, _ = model.vocode(dna, state, 0)
    assert not sound[0, :2].any()
    assert sound[0, 2].any()  # the bias of its networks sounds, as it does in HOLO-Audio
    nothing, _ = model.vocode(silence(1, 4, 16), state, 0)
    assert not nothing.any()


def test_any_bytes_can_be_vocoded(holo_audio_tiers: dict[int, TierModel]) -> None:
    dna = silence(1, 256, 16)
    dna.gains[:] = np.arange(256)
    dna.amplitudes[:] = 255 - np.arange(256)[:, np.newaxis]
    dna.phases[:] = np.random.default_rng(0).integers(0, 256, dna.phases.shape)
    sound, _ = holo_audio_tiers[16].vocode(dna, np.zeros((1, 1), np.float32), 0)
    assert np.isfinite(sound).all()
    assert np.abs(sound).max() < 100


def test_calibration_looks_at_every_sound_at_full_scale() -> None:
    network = holo_audio_network(16)
    quiet, other = speech(1.0, 44100, 1) * np.float32(0.01), speech(1.0, 44100, 2)
    apart = [coefficient_range(network, [sound]) for sound in (quiet, other)]
    assert coefficient_range(network, [quiet * np.float32(50.0)]) == pytest.approx(apart[0], rel=1e-4)
    together = coefficient_range(network, [quiet, np.zeros(5000, np.float32), other])
    assert together == (min(a for a, _ in apart), max(b for _, b in apart))
    with pytest.raises(ModelError, match="--calibrate"):
        coefficient_range(network, [np.zeros(5000, np.float32), np.zeros(0, np.float32)])


def test_graphs_that_say_something_else_are_refused(holo_audio_tiers: dict[int, TierModel]) -> None:
    network, limits = holo_audio_network(16), (-1.0, 1.0)
    model = TierModel(holo_audio_tiers[16].facts, encoder_graph(network, *limits), vocoder_graph(network, *limits))
    check_holo_audio(network, model, limits)
    with pytest.raises(ModelError, match="differ from torch's"):
        check_holo_audio(network, model, (-1.0, 1.1))
    facts = replace(holo_audio_tiers[16].facts)
    model = TierModel(facts, encoder_graph(network, *limits), vocoder_graph(holo_audio_network(16), -1.0, 0.9))
    with pytest.raises(ModelError, match="the sound by"):
        check_holo_audio(network, model, limits)


def test_a_models_folder_holds_one_family(models: Path, holo_audio_models: Path, tmp_path: Path) -> None:
    shutil.copytree(tier_folder(models, 4), tier_folder(tmp_path, 4))
    with pytest.raises(ModelError, match=r"family 48k-hop128 at 48000 Hz.*--out"):
        export_holo_audio(holo_audio_network(16), tmp_path, 44100, (-1.0, 1.0), {})
    assert not tier_folder(tmp_path, 16).exists()
    copy = tmp_path / "imported"
    shutil.copytree(holo_audio_models, copy)
    with pytest.raises(ModelError, match="at 44100 Hz, and this one is holo-audio-1024 at 48000 Hz"):
        export_holo_audio(holo_audio_network(64), copy, 48000, (-1.0, 1.0), {})
    assert export_holo_audio(holo_audio_network(64), copy, 44100, (-1.0, 1.0), {}).harmonics == 64


def test_its_codes_bend(holo_audio_tiers: dict[int, TierModel]) -> None:
    model, state = holo_audio_tiers[16], np.zeros((1, 1), np.float32)
    dna, _ = model.encode(speech(1.0, 44100, 2)[: 43 * 1024].reshape(1, 43, 1024), state)
    plain, _ = model.vocode(dna, state, 0)
    for name, amounts in FULL.items():
        sound, _ = model.vocode(bent(dna, Bend(model.facts), amounts), state, 0)
        assert np.isfinite(sound).all()
        assert not np.array_equal(sound, plain), name
        assert abs(level_db(sound) - level_db(plain)) < 12, name
    nothing = bent(dna, Bend(model.facts), BendAmounts(mute_range=1.0, mute_high=1.0))
    assert (nothing.amplitudes == model.facts.zero_code).all()
    assert (nothing.phases == model.facts.zero_code).all()
