"""`holostream train`: options to a training, and what is shown while it runs."""

from __future__ import annotations

import dataclasses
import os
from datetime import timedelta
from pathlib import Path

import torch
import torch.distributed as distributed
from rich.console import Console
from rich.progress import BarColumn, Progress, TaskID, TaskProgressColumn, TextColumn, TimeRemainingColumn

from holostream.codec.tier import TIERS
from holostream.format.printable import printable
from holostream.training.checkpoint import begin_anew, resumable
from holostream.training.corpus import Corpus, read_corpus
from holostream.training.held_out import Check
from holostream.training.holo_audio_verb import (
    DEFAULT_RATE,
    RECIPE_NAME,
    holo_audio_checkpoint,
    start_network,
    train_holo_audio_tiers,
)
from holostream.training.recipe import Recipe, load_recipe
from holostream.training.train_all_tiers import (
    TrainedTier,
    check_trainable,
    checkpoint_path,
    refuse_trained,
    start_weights,
    train_all_tiers,
)
from holostream.training.train_tier import Progress as Done
from holostream.training.training_error import TrainingError

MODEL_RATE = 48000
LONGEST_SENTENCE = 400
LONGEST_READING = timedelta(hours=6)
"""Of sounds, by the first of several processes, while the others wait."""


def chosen_tiers(text: str) -> list[int]:
    """'4,8' to numbers, in ascending order. Raises ValueError listing the tiers."""
    legal = ", ".join(map(str, TIERS))
    try:
        tiers = sorted({int(part) for part in text.split(",")})
    except ValueError:
        raise ValueError(f"--tiers is {text!r}; expected numbers with commas out of {legal}") from None
    if unknown := [tier for tier in tiers if tier not in TIERS]:
        raise ValueError(f"there is no tier {unknown[0]}; the tiers are {legal}")
    return tiers


def chosen_device(name: str) -> torch.device:
    """auto, cpu or cuda. Raises ValueError if it is not there."""
    if name not in ("auto", "cpu", "cuda"):
        raise ValueError(f"--device is {name!r}; expected auto, cpu or cuda")
    if name == "cuda" and not torch.cuda.is_available():
        raise ValueError("there is no CUDA device here (or torch is a CPU build); use --device cpu")
    local = int(os.environ.get("LOCAL_RANK", "0"))
    return torch.device(f"cuda:{local}" if name != "cpu" and torch.cuda.is_available() else "cpu")


class Display:
    """A bar and, at every check, a line for each tier; its console is silent in all processes but the first."""

    def __init__(self, progress: Progress, seconds: float | None) -> None:
        """`seconds`: that a tier's training may take."""
        self._progress, self._seconds = progress, seconds
        self._tasks: dict[int, TaskID] = {}

    def __call__(self, harmonics: int, recipe: Recipe, done: Done, loss: float, seen: Check | None) -> None:
        if harmonics not in self._tasks:
            self._tasks[harmonics] = self._progress.add_task("", total=1.0)
        part = max(done.step / recipe.steps, done.seconds / self._seconds if self._seconds else 0.0)
        self._progress.update(self._tasks[harmonics], completed=part, description=f"tier {harmonics}, step {done.step}")
        if seen is not None:
            self._progress.console.print(
                f"tier {harmonics} step {done.step}: loss {loss:.3f}, held out {seen.loss:.3f}, "
                f"{seen.kbps:.1f} kbit/s (target {recipe.kbps(harmonics):.1f}), SNR {seen.snr_db:.1f} dB, "
                f"{done.step * recipe.batch * recipe.segment_seconds / max(done.seconds, 1e-9):.1f} s of sound a second",
                soft_wrap=True,
            )


def train(
    data: Path,
    tiers: str,
    models: Path,
    recipe: str,
    minutes: float | None,
    steps: int | None,
    resume: bool,
    device: str,
    start: str | None,
    rate: int | None = None,
    overwrite: bool = False,
) -> list[TrainedTier]:
    """Run a training from its options. Raises ValueError, TrainingError, ModelError, OSError."""
    wanted = chosen_tiers(tiers)
    as_holo_audio = recipe == RECIPE_NAME
    if rate is not None and not as_holo_audio:
        raise ValueError(f"--rate belongs to the recipe {RECIPE_NAME}; other recipes train at {MODEL_RATE} Hz")
    settings = load_recipe("default" if as_holo_audio else recipe)
    if steps is not None:
        settings = dataclasses.replace(settings, steps=steps, check_every=min(settings.check_every, steps))
    where = chosen_device(device)
    processes = int(os.environ.get("WORLD_SIZE", "1"))
    if settings.batch % processes and not as_holo_audio:
        raise ValueError(
            f"the recipe's batch of {settings.batch} cannot be shared equally by {processes} processes; choose a batch that is a "
            f"multiple of {processes}, or another --nproc-per-node"
        )
    if processes > 1:
        if where.type == "cuda":
            torch.cuda.set_device(where)
        # Whether all agree to stop is said on the CPU.
        distributed.init_process_group("cpu:gloo,cuda:nccl" if where.type == "cuda" else "gloo", timeout=LONGEST_READING)
    first = processes == 1 or distributed.get_rank() == 0
    paths = [(holo_audio_checkpoint if as_holo_audio else checkpoint_path)(models, harmonics) for harmonics in wanted]
    begun = resume  # whether what checkpoints hold is of this training
    console = Console(stderr=True, quiet=not first)
    columns = (TextColumn("{task.description}", markup=False), BarColumn(), TaskProgressColumn(), TimeRemainingColumn())
    try:
        with Progress(*columns, console=console, disable=not console.is_terminal) as progress:
            if as_holo_audio:
                going_on = start_network(wanted, models, rate or DEFAULT_RATE, start)
                if not overwrite:
                    refuse_trained(models, wanted, holo_audio_checkpoint, resume)
                corpus = _corpus(data, models, progress, first, rate or DEFAULT_RATE)
                _tell_skipped(console, corpus)
                if first and not resume:
                    begin_anew(paths)
                begun = True
                return train_holo_audio_tiers(wanted, corpus, models, progress, minutes, steps, resume, where, going_on)
            check_trainable(models, wanted, settings)
            if not overwrite:
                refuse_trained(models, wanted, checkpoint_path, resume)
            start_weights(models, wanted[0], start)  # before sounds are read for minutes
            corpus = _corpus(data, models, progress, first, MODEL_RATE)
            _tell(console, corpus)
            if first and not resume:
                begin_anew(paths)
            begun = True
            display = Display(progress, None if minutes is None else 60 * minutes / len(wanted))
            return train_all_tiers(wanted, settings, corpus, models, resume, minutes, start, where, display)
    except KeyboardInterrupt:
        if begun and any(map(resumable, paths)):
            raise TrainingError("interrupted; the steps that were done are kept: go on with --resume") from None
        raise TrainingError("interrupted before the first step, so nothing was learned: start it again") from None
    finally:
        if processes > 1:
            distributed.destroy_process_group()


def _corpus(data: Path, models: Path, progress: Progress, first: bool, rate: int) -> Corpus:
    """Read by the first process; the others find it in the cache."""
    cache = models / ".training" / "corpus"
    if not first:
        distributed.barrier()
    task = progress.add_task("reading sounds", total=1.0)
    try:
        corpus = read_corpus(data, cache, rate, lambda fraction, name: progress.update(task, completed=fraction))
    finally:
        if first and distributed.is_available() and distributed.is_initialized():
            distributed.barrier()  # the others find out for themselves what is wrong
    progress.remove_task(task)
    return corpus


def _tell(console: Console, corpus: Corpus) -> None:
    console.print(
        f"{len(corpus.names)} files: {corpus.seconds(False) / 60:.1f} minutes to train on, "
        f"{corpus.seconds(True) / 60:.1f} held out"
    )
    _tell_skipped(console, corpus)


def _tell_skipped(console: Console, corpus: Corpus) -> None:
    for sentence in corpus.skipped:
        console.print(f"skipped: {printable(sentence, LONGEST_SENTENCE)}", soft_wrap=True, markup=False)
