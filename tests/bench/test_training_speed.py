"""A training is timed as the program itself does it, and becomes hours of the default recipe."""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path

import pytest
import soundfile
from typer.testing import CliRunner

from holostream.bench import training_speed
from holostream.bench.measurement import Measurement
from holostream.bench.training_speed import (
    RECIPE_STEPS,
    STEPS_A_LOOK,
    TrainingRun,
    make_voices,
    measure_training,
    train_once,
)
from holostream.bench.verbs import bench_app
from holostream.codec.tier import TIERS
from holostream.training.recipe import Recipe
from tests.in_process import holostream_here


def test_voices_are_of_the_length_asked_for_and_differ(tmp_path: Path) -> None:
    make_voices(tmp_path, 1)
    sounds = [soundfile.read(path)[0] for path in sorted(tmp_path.iterdir())]
    assert [len(sound) for sound in sounds] == [480_000] * 6
    assert len({round(float(abs(sound).max()), 3) for sound in sounds}) == 6


def test_a_training_tells_its_speed(monkeypatch: pytest.MonkeyPatch) -> None:
    pytest.importorskip("torch", reason="training needs torch")
    from tests.training.shipped_graphs import write_shipped_graphs

    def here(command: list[str], *, env: dict[str, str], **others: object) -> subprocess.CompletedProcess[str]:
        assert command[:3] == [sys.executable, "-m", "holostream.cli"]
        assert env["OMP_NUM_THREADS"] == "1"
        return holostream_here(*command[3:])

    monkeypatch.setattr(training_speed.subprocess, "run", here)
    monkeypatch.setattr("holostream.training.train_all_tiers.export_tier", write_shipped_graphs)
    run = train_once(8, steps=1, threads=1, data_minutes=1)
    assert run.sound_seconds_per_second > 0
    assert run.beside_seconds > 0
    assert (Recipe().steps, Recipe().check_every) == (RECIPE_STEPS, STEPS_A_LOOK)
    assert run.hours == pytest.approx((76_800 / run.sound_seconds_per_second + run.beside_seconds) / 3600)


def test_all_tiers_over_night(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(training_speed.os, "sched_getaffinity", lambda pid: {0, 1}, raising=False)
    monkeypatch.setattr(
        training_speed, "train_once",
        lambda tier, steps, threads, minutes=10: TrainingRun(tier, threads, minutes, 10.0 * threads, 5.0, 2.0 / threads),
    )  # fmt: skip
    table = measure_training(data_minutes=(1,))
    assert [row.cells[0] for row in table.rows] == ["4", "8", "16", "32", "64", "128", "256", "all", "64"]
    assert table.rows[0].cells == ("4", "10", "10.0", "20.0", "5", "1.0")
    assert table.rows[7].cells == ("all", "10", "", "", "", "7.0")
    assert table.rows[7].met
    monkeypatch.setattr(training_speed, "MOST_HOURS", 6.9)
    assert not measure_training(data_minutes=()).met


def test_the_verb_takes_all_tiers_unless_told(monkeypatch: pytest.MonkeyPatch) -> None:
    asked: list[tuple[int, tuple[int, ...]]] = []

    def measured(steps: int, tiers: tuple[int, ...]) -> Measurement:
        asked.append((steps, tiers))
        return Measurement("training", "Speed of training", ("tier",), ())

    monkeypatch.setattr(training_speed, "measure_training", measured)
    for arguments in ([], ["--tier", "8", "--tier", "16", "--steps", "5"]):
        assert CliRunner().invoke(bench_app, ["training", *arguments]).exit_code == 0
    assert asked == [(100, TIERS), (5, (8, 16))]
