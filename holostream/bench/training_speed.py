"""How fast tiers are trained on this machine: `holostream train`, run as a user would, on voices made of the demo voice.

What counts is seconds of sound a second, a look at held-out files every hundredth step included, as the model card has it. From that
and from what a tier takes before and after (steps fitted to a bitrate, entropy tables, export) follows how long the default
recipe takes. The sound itself makes no difference, only how much there is of it to read in.
"""

from __future__ import annotations

import json
import os
import subprocess
import sys
import tempfile
import time
from dataclasses import dataclass
from pathlib import Path

import numpy as np

from holostream.bench.full_size import can_make_full_size
from holostream.bench.machine import usable_cores
from holostream.bench.material import voice
from holostream.bench.measurement import Measurement, Row
from holostream.codec.tier import TIERS
from holostream.codec.tier_model import tier_folder
from holostream.format.audio_writer import AudioWriter

RATE, FILE_SECONDS = 48_000, 10
DATA_MINUTES, DATA_TIER = (1, 10, 60), 64
USUAL_MINUTES = 10
MOST_HOURS = 10.0
"""All seven tiers, over night."""
RECIPE_STEPS, STEPS_A_LOOK = 16_000, 100
"""Of the default recipe."""
TRAIN_SECONDS = 3600.0


@dataclass(frozen=True)
class TrainingRun:
    """One short training. `hours`: what the recipe takes at this speed."""

    tier: int
    threads: int
    data_minutes: int
    sound_seconds_per_second: float
    beside_seconds: float
    """What reading in, fitting, tables and export took."""
    hours: float


def make_voices(folder: Path, minutes: int) -> None:
    """Files of ten seconds, each of another piece and level."""
    once, generator = voice(RATE)[0], np.random.default_rng(minutes)
    for number in range(max(3, 60 * minutes // FILE_SECONDS)):
        sound = np.resize(np.roll(once, generator.integers(len(once))), FILE_SECONDS * RATE)
        with AudioWriter(folder / f"voice_{number:04d}.wav", RATE, 1, length=sound.size, subtype="PCM_16") as writer:
            writer.write((sound * generator.uniform(0.1, 0.9))[np.newaxis].astype(np.float32))


def train_once(tier: int, steps: int, threads: int, data_minutes: int = USUAL_MINUTES) -> TrainingRun:
    """One look at held-out files ends it. Raises ValueError without torch, RuntimeError if the training fails."""
    if not can_make_full_size():
        raise ValueError("training needs torch, which is not installed; run pip install 'holostream[train]'")
    with tempfile.TemporaryDirectory(prefix="holostream-training-") as folder:
        data, models = Path(folder) / "data", Path(folder) / "models"
        data.mkdir()
        make_voices(data, data_minutes)
        command = [sys.executable, "-m", "holostream.cli", "train", "--data", str(data), "--out", str(models)]
        command += ["--tiers", str(tier), "--steps", str(steps), "--device", "cpu"]
        environment = {**os.environ, "OMP_NUM_THREADS": str(threads)}
        began = time.monotonic()
        done = subprocess.run(
            command, capture_output=True, text=True, timeout=TRAIN_SECONDS, check=False, env=environment
        )
        elapsed = time.monotonic() - began
        if done.returncode:
            raise RuntimeError(f"training tier {tier} failed: {done.stderr[-300:].strip()}")
        card = json.loads((tier_folder(models, tier) / "tier.json").read_text(encoding="utf-8"))["card"]
    recipe, speed = card["recipe"], float(card["sound_seconds_per_second"])
    beside = elapsed - float(card["training_seconds"])
    sound = RECIPE_STEPS * recipe["batch"] * recipe["segment_seconds"]
    return TrainingRun(tier, threads, data_minutes, speed, beside, (sound / speed + beside) / 3600)


def measure_training(
    steps: int = STEPS_A_LOOK, tiers: tuple[int, ...] = TIERS, data_minutes: tuple[int, ...] = DATA_MINUTES
) -> Measurement:
    """Every tier on all processors and on one; one tier on more and more sound."""
    cores = usable_cores()
    rows, runs = [], []
    for tier in tiers:
        alone, together = train_once(tier, steps, 1), train_once(tier, steps, cores)
        runs += [alone, together]
        rows.append(_row(f"{tier}", USUAL_MINUTES, alone, together))
    hours = sum(run.hours for run in runs if run.threads == cores)
    if len(tiers) > 1:
        met = hours <= MOST_HOURS if set(tiers) == set(TIERS) else None
        rows.append(Row(("all", f"{USUAL_MINUTES}", "", "", "", f"{hours:.1f}"), met))
    for minutes in data_minutes:
        alone, together = (train_once(DATA_TIER, steps, threads, minutes) for threads in (1, cores))
        runs += [alone, together]
        rows.append(_row(f"{DATA_TIER}", minutes, alone, together))
    return Measurement(
        "training",
        "Speed of training",
        ("tier", "minutes of sound", "one core", f"{cores} cores", "beside s", "hours"),
        tuple(rows),
        {"runs": [vars(run) for run in runs]},
        (
            f"One core, {cores} cores: seconds of sound a second in a training of {steps} steps and a look at held-out files, on the processor alone. Beside: "
            "seconds to read the sound in (once for all tiers), fit steps, learn tables and export. Hours: what the default recipe takes "
            f"on {cores} cores if nothing stops it earlier. Target: at most {MOST_HOURS:g} hours for all seven.",
        ),
    )


def _row(tier: str, minutes: int, alone: TrainingRun, together: TrainingRun) -> Row:
    speeds = (f"{run.sound_seconds_per_second:.1f}" for run in (alone, together))
    return Row((tier, f"{minutes}", *speeds, f"{together.beside_seconds:.0f}", f"{together.hours:.1f}"))
