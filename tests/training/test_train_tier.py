"""Training: it learns, it resumes to the same result, several processes do as one, damage is told."""

from __future__ import annotations

import dataclasses
import math
import os
import signal
import subprocess
import sys
from pathlib import Path

import numpy as np
import pytest
import torch

from holostream.codec.framing import frame, initial_previous
from holostream.codec.overlap_add import initial_partial, overlap_add
from holostream.codec.tier_model import load_tier
from holostream.network.export import TierNetwork
from holostream.training.checkpoint import begin_anew, load_checkpoint, resumable, save_checkpoint, warm_start
from holostream.training.corpus import Corpus
from holostream.training.held_out import fit_rate, held_out_sound
from holostream.training.settle import NUDGE, balanced_rate_weight
from holostream.training.signal_path import losses, whole_path
from holostream.training.train_all_tiers import (
    checkpoint_path,
    start_path,
    start_weights,
    train_all_tiers,
)
from holostream.training.train_tier import Progress, train_tier
from holostream.training.training_error import TrainingError
from tests.speech import speech
from tests.training.shipped_graphs import write_shipped_graphs
from tests.training.sounds import TINY, corpus


@pytest.fixture(scope="module")
def sounds(tmp_path_factory) -> Corpus:
    return corpus(tmp_path_factory.mktemp("corpus"))


def same_weights(one: TierNetwork, other: TierNetwork) -> bool:
    pairs = zip(one.state_dict().values(), other.state_dict().values(), strict=True)
    return all(torch.equal(a, b) for a, b in pairs)


def test_it_learns(sounds, tmp_path):
    recipe = dataclasses.replace(TINY, steps=40, check_every=10, rate_weight=0.0)
    _, done = train_tier(4, recipe, sounds, tmp_path / "t.pt")
    assert done.step == 40
    assert done.curves["held_out"][-1] < done.curves["held_out"][0]
    assert done.curves["step"] == [10, 20, 30, 40]


def test_an_interrupted_training_resumes_to_the_same_result(sounds, tmp_path):
    whole, _ = train_tier(8, TINY, sounds, tmp_path / "whole.pt")

    class StoppedError(Exception):
        pass

    def interrupt(done, loss, seen):
        if done.step == 4:
            raise StoppedError

    # What a kill leaves is the last checkpoint; here one is written at every step.
    from holostream.training import train_tier as module

    before = module.CHECKPOINT_SECONDS
    module.CHECKPOINT_SECONDS = 0.0
    try:
        with pytest.raises(StoppedError):
            train_tier(8, TINY, sounds, tmp_path / "part.pt", watch=interrupt)
    finally:
        module.CHECKPOINT_SECONDS = before
    resumed, done = train_tier(8, TINY, sounds, tmp_path / "part.pt", resume=True)
    assert done.step == 6
    assert same_weights(whole, resumed)


def test_a_training_that_is_over_goes_on_for_more_steps(sounds, tmp_path):
    train_tier(8, TINY, sounds, tmp_path / "t.pt")
    _, done = train_tier(8, dataclasses.replace(TINY, steps=9), sounds, tmp_path / "t.pt", resume=True)
    assert done.step == 9
    assert done.curves["step"] == [3, 6, 9]


def test_the_rate_weight_follows_the_bitrate(sounds, tmp_path):
    far_above = dataclasses.replace(TINY, target_kbps=0.01)
    _, done = train_tier(16, far_above, sounds, tmp_path / "a.pt")
    assert done.rate_weight > far_above.rate_weight
    far_below = dataclasses.replace(TINY, target_kbps=10_000.0)
    _, done = train_tier(16, far_below, sounds, tmp_path / "b.pt")
    assert done.rate_weight < far_below.rate_weight


def test_a_training_that_goes_on_pays_for_a_bit_what_it_is_worth(sounds, tmp_path):
    recipe = dataclasses.replace(TINY, width=0, steps=1, check_every=100)
    network, _ = train_tier(16, recipe, sounds, tmp_path / "a.pt")
    held_out = held_out_sound(sounds, network.shape.hop)
    before = network.quantizer.log_steps.detach().clone()
    weight = balanced_rate_weight(network, held_out, recipe, torch.device("cpu"))
    assert torch.allclose(network.quantizer.log_steps, before, atol=1e-6)

    def cost(nudge: float) -> float:
        with torch.no_grad():
            network.quantizer.log_steps.copy_(before + nudge)
            return sum(float(losses(network, torch.from_numpy(sound), recipe, weight)[0]) for sound in held_out)

    assert cost(NUDGE) == pytest.approx(cost(-NUDGE), abs=1e-3)
    network.quantizer.log_steps.data.copy_(before)
    _, done = train_tier(16, recipe, sounds, tmp_path / "b.pt", start=dict(network.named_parameters()))
    assert done.rate_weight == pytest.approx(weight, rel=0.06)  # it has moved once since


FROZEN = dataclasses.replace(TINY, encoder_waits=1.0, encoder_dilations=())


def own(network: TierNetwork, part: str) -> dict[str, torch.Tensor]:
    return {name: value.detach().clone() for name, value in network.named_parameters() if name.startswith(part)}


def test_an_encoder_that_waits_stays_as_it_was_and_the_vocoder_learns(sounds, tmp_path):
    linear, _ = train_tier(8, dataclasses.replace(TINY, width=0), sounds, tmp_path / "linear.pt")
    start = dict(linear.named_parameters())
    trained, done = train_tier(8, FROZEN, sounds, tmp_path / "frozen.pt", start=start)
    for part in ("encoder.", "quantizer."):
        before, after = own(linear, part), own(trained, part)
        assert before.keys() == after.keys()
        assert all(torch.equal(after[name], value) for name, value in before.items())
    # Nothing was trained but the vocoder, its linear path and its network.
    assert not torch.equal(trained.vocoder.synthesis.weight[:192], linear.vocoder.synthesis.weight)
    assert done.step == FROZEN.steps


def test_an_encoder_that_waited_learns_in_the_end(sounds, tmp_path, monkeypatch):
    recipe = dataclasses.replace(FROZEN, encoder_waits=0.5, target_kbps=9.0, steps=8, check_every=4)
    learned = []
    whole, done = train_tier(8, recipe, sounds, tmp_path / "whole.pt", watch=lambda done, *_: learned.append(done.encoder_learns))
    assert learned == [False] * 4 + [True] * 4
    assert done.rate_weight > 0
    assert not torch.equal(whole.encoder.analysis.weight, TierNetwork(recipe.shape(8)).encoder.analysis.weight)

    class StoppedError(Exception):
        pass

    def interrupt(done, loss, seen):
        if done.step == 6:
            raise StoppedError

    monkeypatch.setattr("holostream.training.train_tier.CHECKPOINT_SECONDS", 0.0)
    with pytest.raises(StoppedError):
        train_tier(8, recipe, sounds, tmp_path / "stopped.pt", watch=interrupt)
    resumed, _ = train_tier(8, recipe, sounds, tmp_path / "stopped.pt", resume=True)
    assert same_weights(whole, resumed)


def test_from_nothing_or_another_tier_it_is_the_atoms_at_the_bitrate(sounds, tmp_path):
    recipe = dataclasses.replace(FROZEN, target_kbps=9.0)
    other, _ = train_tier(4, dataclasses.replace(TINY, noise=False), sounds, tmp_path / "other.pt")
    for place, start in enumerate((None, dict(other.named_parameters()))):
        trained, done = train_tier(8, recipe, sounds, tmp_path / f"{place}.pt", start=start)
        assert abs(done.curves["kbps"][-1] / 9.0 - 1) < 0.05
        fresh = TierNetwork(recipe.shape(8))
        assert torch.equal(trained.encoder.analysis.weight, fresh.encoder.analysis.weight)
        assert not torch.equal(trained.encoder.noise.words, fresh.encoder.noise.words)
    resumed, _ = train_tier(8, recipe, sounds, tmp_path / "0.pt", resume=True)
    assert torch.equal(resumed.quantizer.log_steps, trained.quantizer.log_steps)


def test_who_interrupts_finds_what_was_learned(sounds, tmp_path):
    def interrupt(progress: Progress, loss: float, seen: object) -> None:
        if progress.step == 2:
            os.kill(os.getpid(), signal.SIGINT)

    whole, _ = train_tier(4, TINY, sounds, tmp_path / "whole.pt")
    with pytest.raises(KeyboardInterrupt):
        train_tier(4, TINY, sounds, tmp_path / "t.pt", watch=interrupt)
    assert load_checkpoint(tmp_path / "t.pt")["progress"]["step"] == 2
    resumed, done = train_tier(4, TINY, sounds, tmp_path / "t.pt", resume=True)
    assert done.step == TINY.steps
    assert same_weights(resumed, whole)


def test_a_loss_that_is_no_number_has_diverged(sounds, tmp_path, monkeypatch):
    def lost(network, *others):
        loss, quality = losses(network, *others)
        return loss * math.nan, quality

    monkeypatch.setattr("holostream.training.train_tier.losses", lost)
    with pytest.raises(TrainingError, match="tier 4 has diverged; lower learning_rate"):
        train_tier(4, TINY, sounds, tmp_path / "t.pt")


def test_what_has_diverged_is_told_and_not_exported(sounds, tmp_path):
    wild = dataclasses.replace(TINY, learning_rate=1e30, clip_norm=1e30, warmup_steps=1)
    with pytest.raises(TrainingError, match="has diverged; lower learning_rate"):
        train_tier(4, wild, sounds, tmp_path / "t.pt")


def test_it_stops_early_without_progress(sounds, tmp_path):
    stuck = dataclasses.replace(TINY, steps=50, check_every=1, patience=2, learning_rate=0.0, final_learning_rate=0.0)
    seen = []
    _, done = train_tier(4, stuck, sounds, tmp_path / "t.pt", watch=lambda done, loss, check: seen.append(done.step))
    assert done.step < 10
    assert seen[-1] == done.step
    _, again = train_tier(4, stuck, sounds, tmp_path / "t.pt", resume=True)
    assert again.step == done.step
    _, further = train_tier(4, dataclasses.replace(stuck, patience=3), sounds, tmp_path / "t.pt", resume=True)
    assert further.step == done.step + 1


def test_training_and_live_graphs_are_the_same_path(sounds, tmp_path):
    # But for the noise, which is not trained; that its graphs agree is in `network.test_noise`.
    recipe = dataclasses.replace(TINY, noise=False)
    trained = train_all_tiers([8], recipe, sounds, tmp_path)
    assert (trained[0].folder / "curves.png").stat().st_size > 5000
    model = load_tier(tmp_path, 8)
    assert model.facts.trained
    network = TierNetwork(recipe.shape(8))
    network.load_state_dict(load_checkpoint(checkpoint_path(tmp_path, 8))["average"])
    fit_rate(network, held_out_sound(sounds, 128), recipe, recipe.kbps(8), torch.device("cpu"))
    sound = speech(0.5, 48000, 1)[np.newaxis, : 180 * 128]
    with torch.no_grad():
        expected, _, _ = whole_path(network.eval(), torch.from_numpy(sound))
    facts = model.facts
    chunks, _ = frame(sound, initial_previous(facts, 1), facts)
    dna, _ = model.encode(chunks, model.initial_encoder_state(1))
    out, _ = model.vocode(dna, model.initial_vocoder_state(1), 0)
    heard, _ = overlap_add(out, initial_partial(facts, 1), facts)
    # A code at the edge between two cells may fall either way.
    difference = np.abs(heard[:, 64:] - expected.numpy()[:, : heard.shape[1] - 64])
    assert np.quantile(difference, 0.9) < 1e-5


def test_a_trained_tier_costs_its_bitrate(sounds):
    """Whatever the steps are: they are scaled until held-out sound costs what it should."""
    network = TierNetwork(TINY.shape(16))
    for target in (9.0, 14.0):
        seen = fit_rate(network, held_out_sound(sounds, 128), TINY, target, torch.device("cpu"))
        assert seen.kbps == pytest.approx(target, rel=0.03)


def test_a_tier_starts_from_its_neighbor(sounds, tmp_path):
    checkpoint_path(tmp_path, 4).parent.mkdir()
    train_tier(4, TINY, sounds, checkpoint_path(tmp_path, 4))
    assert start_path(tmp_path, 16, None) == checkpoint_path(tmp_path, 4)
    weights = start_weights(tmp_path, 16, None)
    assert weights is not None
    network = TierNetwork(TINY.shape(16))
    warm_start(network, weights)
    assert torch.equal(network.vocoder.stack.blocks[0].up.weight, weights["vocoder.stack.blocks.0.up.weight"])
    assert torch.equal(network.encoder.select.weight[:8], weights["encoder.select.weight"])
    with pytest.raises(TrainingError, match="nothing to start from"):
        start_weights(tmp_path, 16, "64")


def test_a_tier_goes_on_from_a_folder_of_tiers(sounds, tmp_path, monkeypatch):
    """What was shipped is enough to go on from: in half precision, steps included where the tier is the same."""
    monkeypatch.setattr("holostream.training.train_all_tiers.export_tier", write_shipped_graphs)
    train_all_tiers([8], TINY, sounds, tmp_path / "models")
    trained = load_checkpoint(checkpoint_path(tmp_path / "models", 8))["average"]
    for chosen in (tmp_path / "models", tmp_path / "models" / "tier_008", tmp_path / "models" / "tier_008" / "weights.pt"):
        weights = start_weights(tmp_path / "elsewhere", 8, str(chosen))
        network = TierNetwork(TINY.shape(8))
        warm_start(network, weights)
        for name, value in network.named_parameters():
            if name == "encoder.noise.words":  # learned after the training
                assert value.std() > 1
                continue
            difference = value - trained[name]
            if name == "quantizer.log_steps":  # scaled to the bitrate, all alike
                difference = difference - difference.mean()
            assert difference.abs().max() <= 1e-3 * (1 + trained[name].abs().max()), name
    wider = TierNetwork(TINY.shape(16))
    before = wider.quantizer.log_steps.clone()
    warm_start(wider, start_weights(tmp_path / "elsewhere", 16, str(tmp_path / "models")))
    assert torch.equal(wider.quantizer.log_steps, before)
    with pytest.raises(TrainingError, match="nothing to start from"):
        start_weights(tmp_path / "elsewhere", 4, str(tmp_path / "models"))


def test_a_former_training_stays_until_the_new_one_takes_its_first_step_and_is_not_resumed(sounds, tmp_path):
    path = tmp_path / "t.pt"
    train_tier(4, TINY, sounds, path)
    before = path.read_bytes()
    begin_anew([path, tmp_path / "none.pt"])
    assert path.read_bytes() == before
    assert not resumable(path)
    steps = []

    def killed(done, loss, seen):
        steps.append(done.step)
        raise MemoryError

    with pytest.raises(MemoryError):
        train_tier(4, TINY, sounds, path, resume=True, watch=killed)
    assert steps == [1]
    assert resumable(path)
    assert load_checkpoint(path)["progress"]["step"] == 0
    assert sorted(tmp_path.iterdir()) == [path]
    resumed, _ = train_tier(4, TINY, sounds, path, resume=True)
    assert same_weights(resumed, train_tier(4, TINY, sounds, tmp_path / "whole.pt")[0])


def test_a_file_without_weights_is_told(tmp_path):
    torch.save({"step": 1}, tmp_path / "t.pt")
    with pytest.raises(TrainingError, match="holds no weights"):
        start_weights(tmp_path, 8, str(tmp_path / "t.pt"))


def test_damaged_and_foreign_checkpoints_are_told(sounds, tmp_path):
    path = tmp_path / "t.pt"
    path.write_bytes(b"not a checkpoint")
    with pytest.raises(TrainingError, match="not a checkpoint"):
        train_tier(4, TINY, sounds, path, resume=True)
    path.unlink()
    train_tier(4, TINY, sounds, path)
    with pytest.raises(TrainingError, match="another recipe or tier"):
        train_tier(8, TINY, sounds, path, resume=True)
    with pytest.raises(TrainingError, match=r"trained on other sounds; resume with those, or go on from its weights: --from"):
        train_tier(4, TINY, dataclasses.replace(sounds, digest="another"), path, resume=True)
    state = load_checkpoint(path)
    state["network"].pop("vocoder.place.weight")
    save_checkpoint(path, state)
    with pytest.raises(TrainingError, match=r"version of HoloStream whose networks are built otherwise.*--from"):
        train_tier(4, TINY, sounds, path, resume=True)


def test_a_full_disk_leaves_the_previous_checkpoint(tmp_path, monkeypatch):
    path = tmp_path / "t.pt"
    save_checkpoint(path, {"step": 1})

    def full(state, file):
        file.write(b"half")
        raise OSError(28, "No space left on device")

    monkeypatch.setattr(torch, "save", full)
    with pytest.raises(TrainingError, match=r"No space left.*previous one is intact"):
        save_checkpoint(path, {"step": 2})
    assert load_checkpoint(path) == {"step": 1}
    assert list(tmp_path.iterdir()) == [path]


PROGRAM = """
import sys, torch, torch.distributed as distributed
from pathlib import Path
sys.path.insert(0, {root!r})
torch.set_num_threads(1)
from holostream.training.corpus import read_corpus
from holostream.training.train_tier import train_tier
from tests.training.sounds import TINY
distributed.init_process_group("gloo")
corpus = read_corpus(Path({sounds!r}), Path({cache!r}), 48000)
train_tier(4, TINY, corpus, Path({checkpoint!r}))
distributed.destroy_process_group()
"""
DIVERGES_IN_ONE = """
from holostream.training import train_tier as module
real, steps = module.losses, []
def lost(network, *others):
    steps.append(1)
    loss, quality = real(network, *others)
    return loss * (float("nan") if distributed.get_rank() == 1 and len(steps) == 3 else 1.0), quality
module.losses = lost
try:
    train_tier(4, TINY, corpus, Path({checkpoint!r}))
except Exception as error:
    Path({checkpoint!r}).with_name(f"told{{distributed.get_rank()}}").write_text(f"{{len(steps)}}: {{error}}")
"""


def together(program: str, folder: Path) -> Path:
    """Run in two processes over the sounds of a folder; gives the checkpoint."""
    path = folder / "program.py"
    path.write_text(
        program.format(
            root=str(Path(__file__).resolve().parents[2]), sounds=str(folder / "sounds"), cache=str(folder / "cache"),
            checkpoint=str(folder / "together.pt"),
        )
    )  # fmt: skip
    finished = subprocess.run(
        [sys.executable, "-m", "torch.distributed.run", "--standalone", "--nproc-per-node", "2", str(path)],
        capture_output=True, text=True, check=False, timeout=120, env={**os.environ, "OMP_NUM_THREADS": "1"},
    )  # fmt: skip
    assert finished.returncode == 0, finished.stderr[-2000:]
    return folder / "together.pt"


def test_two_processes_do_as_one_with_the_whole_batch(tmp_path):
    sounds = corpus(tmp_path)
    _, alone = train_tier(4, TINY, sounds, tmp_path / "alone.pt")
    curves = load_checkpoint(together(PROGRAM, tmp_path))["progress"]["curves"]
    # The order of sums differs, and a code at an edge may fall either way: the same curve, not the same bits.
    assert curves["step"] == alone.curves["step"]
    assert curves["held_out"] == pytest.approx(alone.curves["held_out"], rel=0.02)
    assert curves["kbps"] == pytest.approx(alone.curves["kbps"], rel=0.05)


def test_a_loss_that_is_no_number_in_one_process_is_told_by_all(tmp_path):
    corpus(tmp_path)
    begun = PROGRAM.split("train_tier(4")[0]
    together(begun + DIVERGES_IN_ONE, tmp_path)
    for process in (0, 1):
        told = (tmp_path / f"told{process}").read_text()
        assert told == "3: the training of tier 4 has diverged; lower learning_rate in the recipe and begin anew"
