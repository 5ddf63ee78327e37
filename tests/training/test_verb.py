"""`holostream train` as a user meets it."""

from __future__ import annotations

import json
from pathlib import Path
from types import SimpleNamespace
from typing import Any

import numpy as np
import pytest
from rich.progress import Progress as Bars

from holostream.training.checkpoint import resumable
from holostream.training.corpus import read_corpus
from holostream.training.holo_audio_recipe import BATCH, Chunks, HoloAudioProgress
from holostream.training.holo_audio_verb import HoloAudioDisplay
from holostream.training.train_all_tiers import checkpoint_path
from holostream.training.verb import chosen_device, chosen_tiers
from tests.in_process import holostream_here
from tests.training.sounds import fill


def test_choices():
    assert chosen_tiers("64,4") == [4, 64]
    with pytest.raises(ValueError, match="'four'"):
        chosen_tiers("four")
    with pytest.raises(ValueError, match="no tier 6; the tiers are 4, 8"):
        chosen_tiers("4,6")
    with pytest.raises(ValueError, match="'tpu'"):
        chosen_device("tpu")
    assert chosen_device("cpu").type == "cpu"


def test_a_short_training_gives_a_tier_with_its_card(tmp_path: Path):
    recipe = tmp_path / "tiny.toml"
    recipe.write_text(
        "width = 16\nencoder_dilations = [1]\nvocoder_dilations = [1]\nsegment_seconds = 0.2\nbatch = 2\nsteps = 4\n"
        "check_every = 2\n"
    )
    data, out = fill(tmp_path / "sounds"), tmp_path / "models"
    (data / "broken.wav").write_bytes(b"nothing")
    finished = holostream_here("train", "--data", data, "--tiers", "4", "--out", out, "--recipe", recipe, "--device", "cpu")
    assert finished.returncode == 0, finished.stderr
    assert "broken.wav" in finished.stderr
    assert "held out" in finished.stderr
    card = json.loads((out / "tier_004" / "tier.json").read_text())["card"]
    assert card["trained"]
    assert card["data"]["files"] == 6
    assert card["steps"] == 4
    assert card["held_out"]["kbps"] > 0
    assert (out / "tier_004" / "curves.png").exists()
    again = holostream_here("train", "--data", data, "--tiers", "4", "--out", out, "--recipe", recipe)
    assert again.returncode == 1
    assert again.stderr.strip().endswith(
        "holds a tier 4 already; go on with its training with --resume, name a new folder with --out, or replace it with --overwrite"
    )
    assert json.loads((out / "tier_004" / "tier.json").read_text())["card"] == card
    mistyped = holostream_here("train", "--data", tmp_path / "no", "--tiers", "4", "--out", out, "--recipe", recipe, "--overwrite")
    assert mistyped.returncode == 1
    assert resumable(checkpoint_path(out, 4)), "nothing has begun in its place"


def test_steps_are_said_to_be_kept_where_they_are(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    path = checkpoint_path(tmp_path, 4)
    path.parent.mkdir()
    path.write_bytes(b"former")
    options = ("--data", fill(tmp_path / "sounds"), "--tiers", "4", "--out", tmp_path)

    def interrupted(*arguments: object) -> None:
        raise KeyboardInterrupt

    monkeypatch.setattr("holostream.training.verb.train_all_tiers", interrupted)
    assert "the steps that were done are kept" in holostream_here("train", *options, "--resume").stderr
    monkeypatch.setattr("holostream.training.verb.read_corpus", interrupted)
    for expected in (True, False):
        assert "before the first step, so nothing was learned" in holostream_here("train", *options, "--overwrite").stderr
        assert resumable(path) == expected
        assert path.read_bytes() == b"former"
        monkeypatch.setattr("holostream.training.verb.read_corpus", read_corpus)


def test_a_tier_that_came_from_elsewhere_is_not_replaced(models: Path) -> None:
    finished = holostream_here("train", "--tiers", "16", "--out", models)
    assert finished.returncode == 1
    assert "holds a tier 16 already; name a new folder with --out" in finished.stderr


@pytest.mark.parametrize("processes", [3, 16])
def test_a_batch_that_processes_cannot_share_is_told(tmp_path: Path, monkeypatch: pytest.MonkeyPatch, processes: int) -> None:
    monkeypatch.setenv("WORLD_SIZE", str(processes))
    finished = holostream_here("train", "--data", tmp_path / "no", "--out", tmp_path / "models")
    assert finished.returncode == 1
    assert f"batch of 8 cannot be shared equally by {processes} processes" in finished.stderr


def test_nothing_to_start_from_is_told_before_sounds_are_read(tmp_path: Path) -> None:
    finished = holostream_here("train", "--data", tmp_path / "no", "--out", tmp_path / "models", "--from", tmp_path / "nowhere")
    assert finished.returncode == 1
    assert "nothing to start from at" in finished.stderr


@pytest.mark.parametrize(("minutes", "steps", "shown"), [(None, 40, 0.25), (2.0, 40, 0.5), (2.0, 10, 1.0)])
def test_the_bar_of_holo_audio_follows_what_ends_first(minutes: float | None, steps: int, shown: float) -> None:
    with Bars(disable=True) as bars:
        corpus: Any = SimpleNamespace(rate=44100)
        display = HoloAudioDisplay(bars, 4, Chunks(corpus, 64, np.zeros(BATCH, int), np.ones(BATCH)), minutes)
        display(HoloAudioProgress(step=10, steps=steps, seconds=60.0))
        assert bars.tasks[0].completed == shown
        assert bars.tasks[0].total == 1.0


def test_what_cannot_be_trained_is_told_in_one_sentence(tmp_path: Path):
    (tmp_path / "empty").mkdir()
    for arguments, told in (
        (("--data", tmp_path / "empty"), "at least 20 s"),
        (("--data", tmp_path / "no"), "not a folder"),
        (("--tiers", "5"), "no tier 5"),
        (("--recipe", "nowhere"), "nowhere"),
    ):
        finished = holostream_here("train", "--out", tmp_path / "models", *arguments)
        assert finished.returncode == 1, finished
        assert "Traceback" not in finished.stderr
        assert len(finished.stderr.strip().splitlines()) == 1, finished.stderr
        assert told in finished.stderr
