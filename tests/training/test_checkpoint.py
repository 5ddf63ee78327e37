"""Checkpoints and weights: whatever a file of that name holds, it is read or told in one sentence that names it."""

from __future__ import annotations

import copy
import dataclasses
import math
import zipfile
from pathlib import Path

import pytest
import torch

from holostream.network.export import TierNetwork
from holostream.training.checkpoint import load_checkpoint
from holostream.training.corpus import Corpus
from holostream.training.train_all_tiers import start_weights
from holostream.training.train_tier import train_tier
from holostream.training.training_error import TrainingError
from tests.training.sounds import TINY, corpus


@pytest.fixture(scope="module")
def sounds(tmp_path_factory: pytest.TempPathFactory) -> Corpus:
    return corpus(tmp_path_factory.mktemp("corpus"))


def test_a_file_that_unpacks_to_more_than_it_holds_is_not_unpacked(sounds, tmp_path):
    path = tmp_path / "t.pt"
    torch.save({"vocoder.synthesis.weight": torch.zeros(1 << 20)}, tmp_path / "plain.pt")
    with zipfile.ZipFile(tmp_path / "plain.pt") as plain, zipfile.ZipFile(path, "w", zipfile.ZIP_DEFLATED) as archive:
        for part in plain.infolist():
            archive.writestr(part.filename, plain.read(part))
    with pytest.raises(TrainingError, match=r"t\.pt is not a checkpoint .* parts unpack to 4\d+ bytes"):
        start_weights(tmp_path, 8, str(path))
    with pytest.raises(TrainingError, match=r"t\.pt is not a checkpoint .* parts unpack to 4\d+ bytes"):
        train_tier(4, TINY, sounds, path, resume=True)


def spoiled_weights() -> dict[str, object]:
    """Values of a weight, by what is wrong with each."""
    return {
        "sparse": torch.zeros(96, 8).to_sparse(), "meta": torch.zeros(8, device="meta"), "int": torch.zeros(8, dtype=torch.int64),
        "expanded": torch.zeros(1).expand(1 << 30, 1 << 10), "nan": torch.full((8,), math.nan), "inf": torch.full((8,), -math.inf),
        "huge": torch.full((8,), 1e9), "list": [1.0], "number": 7,
    }  # fmt: skip


def one_sentence(error: pytest.ExceptionInfo) -> bool:
    return len(str(error.value).splitlines()) == 1 and len(str(error.value)) < 500


@pytest.mark.parametrize("kind", spoiled_weights())
def test_weights_that_are_no_numbers_are_told(tmp_path, kind):
    good = dict(TierNetwork(TINY.shape(8)).state_dict())
    torch.save(good | {"vocoder.place.weight": spoiled_weights()[kind]}, tmp_path / "w.pt")
    with pytest.raises(TrainingError, match=r"w\.pt (holds no weights|is not a checkpoint or weights)") as told:
        start_weights(tmp_path, 8, str(tmp_path / "w.pt"))
    assert one_sentence(told)


@pytest.mark.parametrize("state", [{"average": [1, 2]}, {"average": torch.zeros(3)}, torch.zeros(3), {1: torch.zeros(3)}, {}, 7, {"a": torch.zeros(3)},
                                   {"encoder.analysis.weight": torch.zeros(3)}])  # fmt: skip
def test_what_holds_no_weights_is_told(tmp_path, state):
    torch.save(state, tmp_path / "w.pt")
    with pytest.raises(TrainingError, match=r"w\.pt holds no weights of a tier; name"):
        start_weights(tmp_path, 8, str(tmp_path / "w.pt"))


@pytest.fixture(scope="module")
def trained(sounds, tmp_path_factory) -> Path:
    train_tier(4, TINY, sounds, path := tmp_path_factory.mktemp("trained") / "t.pt")
    return path


def changed(state: object, place: tuple, value: object) -> object:
    """A copy of nested dictionaries and lists that has `value` at `place`."""
    if not place:
        return value
    state = copy.copy(state)
    state[place[0]] = changed(state[place[0]], place[1:], value) if place[1:] else value
    return state


@pytest.mark.parametrize(
    ("place", "value"),
    [
        (("harmonics",), torch.zeros(3)), (("recipe", "width"), torch.zeros(3)), (("data",), torch.zeros(3)),
        (("network",), [1]), (("average",), torch.zeros(3)), (("network",), {1: torch.zeros(3)}),
        *((("network", "vocoder.place.weight"), value) for value in spoiled_weights().values()),
        (("optimizer",), {}), (("optimizer",), 7), (("optimizer", "state"), [1]), (("optimizer", "state", 0), {}),
        (("optimizer", "state", 999), {}), (("optimizer", "state", "a"), {}), (("optimizer", "state", 0, "step"), "a"),
        (("optimizer", "state", 0, "step"), torch.tensor(-1.0)), (("optimizer", "state", 0, "exp_avg"), torch.zeros(3)),
        (("progress",), 7), (("progress",), {"foo": 1}), (("progress", "step"), "3"), (("progress", "step"), -1),
        (("progress", "rate_weight"), math.nan), (("progress", "curves"), {}), (("progress", "curves", "loss"), [1.0]),
        (("progress", "curves", "loss"), ["a", "b"]),
    ],
)  # fmt: skip
def test_a_spoiled_checkpoint_is_told(sounds, trained, tmp_path, place, value):
    torch.save(changed(load_checkpoint(trained), place, value), tmp_path / "t.pt")
    with pytest.raises(TrainingError, match=r"t\.pt (is|belongs|was|holds) .*; ") as told:
        train_tier(4, TINY, sounds, tmp_path / "t.pt", resume=True)
    assert one_sentence(told)


def test_how_fast_a_resumed_training_learns_is_the_recipes_to_say(sounds, trained, tmp_path):
    torch.save(changed(load_checkpoint(trained), ("optimizer", "param_groups"), []), tmp_path / "t.pt")
    _, done = train_tier(4, dataclasses.replace(TINY, steps=8), sounds, tmp_path / "t.pt", resume=True)
    assert done.step == 8
