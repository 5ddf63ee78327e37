"""HOLO-Audio's recipe: its chunks, its steps, resumed to the same result, written in both layouts."""

from __future__ import annotations

import json

import numpy as np
import pytest
import soundfile
import torch
from torch import nn

from holostream.codec.tier_model import load_tier
from holostream.network.holo_audio import HoloAudioNetwork, HoloAudioShape
from holostream.network.holo_audio_file import read_holo_audio
from holostream.training.checkpoint import begin_anew
from holostream.training.corpus import read_corpus
from holostream.training.holo_audio_recipe import (
    BATCH,
    EPOCHS,
    LEARNING_RATE,
    QUIET_PEAK,
    SEED,
    loud_chunks,
    planned_steps,
    train_holo_audio,
)
from holostream.training.training_error import TrainingError
from tests.in_process import holostream_here
from tests.speech import speech
from tests.training.sounds import fill

SHAPE = HoloAudioShape(4)


@pytest.fixture(scope="module")
def sounds(tmp_path_factory):
    folder = tmp_path_factory.mktemp("sounds")
    return read_corpus(fill(folder / "sounds"), folder / "cache", 44100)


@pytest.fixture(scope="module")
def chunks(sounds):
    return loud_chunks(sounds, 1024)


def test_the_recipe_is_the_published_one():
    assert (EPOCHS, BATCH, LEARNING_RATE, QUIET_PEAK) == (5, 64, 2e-4, 0.02)
    assert (SHAPE.chunk, SHAPE.hidden) == (1024, 256)


def test_chunks_are_whole_loud_and_at_full_scale_of_their_file(sounds, chunks):
    expected = []
    for index in range(len(sounds.names)):
        file = sounds.part(index)
        file = file / np.abs(file).max()
        whole = file[: len(file) // 1024 * 1024].reshape(-1, 1024)
        expected.append(whole[np.abs(whole).max(axis=1) > 0.02])
    joined = np.concatenate(expected)
    assert len(joined) < sounds.lengths.sum() // 1024  # there were pauses
    assert np.allclose(chunks.batch(np.arange(len(joined))), joined, atol=1e-6)
    assert planned_steps(chunks) == 5 * -(-len(joined) // 64)


def test_too_little_sound_is_told(tmp_path):
    fill(tmp_path / "sounds", files=3, seconds=7.0)
    click = np.zeros(7 * 44100)
    click[1000] = 0.9
    for name in ("voice0", "voice1", "voice2"):
        soundfile.write(tmp_path / "sounds" / f"{name}.flac", click, 44100)
    corpus = read_corpus(tmp_path / "sounds", tmp_path / "cache", 44100)
    with pytest.raises(TrainingError, match=r"3 chunks of 1024 samples .* at least 64"):
        loud_chunks(corpus, 1024)


def test_it_takes_the_steps_of_the_recipe(chunks, tmp_path):
    """The first steps, written out here once more."""
    network, done = train_holo_audio(SHAPE, chunks, tmp_path / "a.pt", steps=3)
    torch.manual_seed(SEED + 4)
    expected = HoloAudioNetwork(SHAPE)
    optimizer = torch.optim.Adam(expected.parameters(), lr=2e-4)
    order = np.random.default_rng((SEED, 0)).permutation(len(chunks.starts))
    for step in range(3):
        sound = chunks.batch(order[step * 64 : (step + 1) * 64])
        loss = nn.functional.l1_loss(expected(sound), sound)
        optimizer.zero_grad()
        loss.backward()
        optimizer.step()
    assert done.step == 3
    for name, value in expected.state_dict().items():
        assert torch.equal(network.state_dict()[name], value)


def test_every_chunk_is_seen_once_an_epoch_and_the_loss_falls(chunks, tmp_path, monkeypatch):
    seen, batch = [], type(chunks).batch

    def remember(self, places):
        seen.append(places)
        return batch(self, places)

    monkeypatch.setattr(type(chunks), "batch", remember)
    losses = []
    _, done = train_holo_audio(SHAPE, chunks, tmp_path / "a.pt", watch=lambda progress: losses.append(progress.loss))
    assert done.step == planned_steps(chunks) == len(seen)
    each = len(seen) // 5
    epochs = [np.concatenate(seen[n * each : (n + 1) * each]) for n in range(5)]
    for order in epochs:
        assert np.array_equal(np.sort(order), np.arange(len(chunks.starts)))
    assert not np.array_equal(epochs[0], epochs[1])
    assert len(done.losses) == 5
    assert losses[-1] < 0.9 * losses[0]


def test_an_interrupted_training_resumes_to_the_same_result(chunks, tmp_path):
    whole, _ = train_holo_audio(SHAPE, chunks, tmp_path / "whole.pt", steps=9)
    train_holo_audio(SHAPE, chunks, tmp_path / "cut.pt", steps=4)
    resumed, done = train_holo_audio(SHAPE, chunks, tmp_path / "cut.pt", resume=True, steps=9)
    assert done.step == 9
    for name, value in whole.state_dict().items():
        assert torch.equal(resumed.state_dict()[name], value)
    with pytest.raises(TrainingError, match="belongs to another tier"):
        train_holo_audio(HoloAudioShape(8), chunks, tmp_path / "cut.pt", resume=True, steps=9)
    state = torch.load(tmp_path / "whole.pt", weights_only=True)
    for name, value in (("network", [1]), ("optimizer", {}), ("progress", {"foo": 1}), ("recipe", torch.zeros(3))):
        torch.save(state | {name: value}, tmp_path / "spoiled.pt")
        with pytest.raises(TrainingError, match=r"spoiled\.pt (is damaged|belongs to another tier)"):
            train_holo_audio(SHAPE, chunks, tmp_path / "spoiled.pt", resume=True, steps=9)
    train_holo_audio(SHAPE, chunks, tmp_path / "cut.pt", steps=1)
    begin_anew([tmp_path / "cut.pt"])
    _, anew = train_holo_audio(SHAPE, chunks, tmp_path / "cut.pt", resume=True, steps=2)
    assert anew.step == 2
    (tmp_path / "cut.pt").write_bytes(b"nothing")
    with pytest.raises(TrainingError, match="not a checkpoint"):
        train_holo_audio(SHAPE, chunks, tmp_path / "cut.pt", resume=True, steps=9)


def test_the_verb_writes_both_layouts_and_goes_on_from_a_pth(tmp_path):
    data, out = fill(tmp_path / "sounds"), tmp_path / "models"
    options = ("--data", data, "--recipe", "holo-audio", "--device", "cpu", "--steps", 6)
    finished = holostream_here("train", *options, "--out", out, "--tiers", "4,8", "--rate", 22050)
    assert finished.returncode == 0, finished.stderr
    assert "tier 4 step 6 of 6: mean absolute error" in finished.stderr
    assert "tier 8: 6 steps" in finished.stdout
    for harmonics in (4, 8):
        folder = out / f"tier_{harmonics:03d}"
        facts = load_tier(out, harmonics).facts
        assert (facts.family, facts.rate, facts.trained) == ("holo-audio-1024", 22050, True)
        assert read_holo_audio(folder / f"tier_{harmonics:03d}.pth").shape.harmonics == harmonics
        card = json.loads((folder / "tier.json").read_text())["card"]
        assert (card["recipe"]["name"], card["steps"], card["data"]["files"]) == ("holo-audio", 6, 6)
    pth = out / "tier_004" / "tier_004.pth"
    further = holostream_here("train", *options, "--out", tmp_path / "further", "--tiers", "4", "--from", pth)
    assert further.returncode == 0, further.stderr
    before = read_holo_audio(pth).state_dict()
    after = read_holo_audio(tmp_path / "further" / "tier_004" / "tier_004.pth").state_dict()
    change = max(float((after[name] - before[name]).abs().max()) for name in before)
    assert 0 < change < 10 * LEARNING_RATE


def test_what_cannot_be_trained_is_told_before_sounds_are_read(tmp_path, models):
    (tmp_path / "bad.pth").write_bytes(b"nothing")
    for arguments, told in (
        (("--out", models, "--tiers", "4"), "family 48k-hop128"),
        (("--out", tmp_path / "new", "--tiers", "4", "--from", tmp_path / "bad.pth"), "bad.pth is not a tier"),
        (("--out", tmp_path / "new", "--tiers", "4", "--from", tmp_path / "no.pth"), "no.pth"),
    ):
        finished = holostream_here("train", "--data", tmp_path / "nowhere", "--recipe", "holo-audio", *arguments)
        assert finished.returncode == 1, finished
        assert len(finished.stderr.strip().splitlines()) == 1, finished.stderr
        assert told in finished.stderr
    finished = holostream_here("train", "--data", tmp_path, "--rate", 44100)
    assert "--rate belongs to the recipe holo-audio" in finished.stderr


def test_the_speech_of_the_tests_is_what_the_recipe_calls_loud():
    assert np.abs(speech(1.0, 44100, 1)).max() > QUIET_PEAK
