"""`holostream train --recipe holo-audio`: tiers of HOLO-Audio, each as a tier folder and as a `.pth` in its own layout."""

from __future__ import annotations

import os
from collections.abc import Iterator
from pathlib import Path

import numpy as np
import torch
from rich.progress import Progress

from holostream.codec.tier_model import tier_folder
from holostream.network.holo_audio import HoloAudioNetwork, HoloAudioShape
from holostream.network.holo_audio_export import coefficient_range, export_holo_audio, refuse_other_family
from holostream.network.holo_audio_file import read_holo_audio, write_holo_audio
from holostream.training.corpus import Corpus
from holostream.training.holo_audio_recipe import (
    BATCH,
    EPOCHS,
    LEARNING_RATE,
    QUIET_PEAK,
    Chunks,
    HoloAudioProgress,
    loud_chunks,
    planned_steps,
    train_holo_audio,
)
from holostream.training.train_all_tiers import TrainedTier
from holostream.training.train_tier import Progress as Done
from holostream.training.training_error import TrainingError

RECIPE_NAME = "holo-audio"
DEFAULT_RATE = 44100


def start_network(tiers: list[int], models: Path, rate: int, start: str | None) -> HoloAudioNetwork | None:
    """What can be refused before sounds are read is refused here; gives the tier of the `.pth` to go on from, if any.

    Raises TrainingError, ModelError, OSError.
    """
    if int(os.environ.get("WORLD_SIZE", "1")) > 1:
        raise TrainingError(f"the recipe {RECIPE_NAME} trains in one process; start it without torchrun")
    network = read_holo_audio(Path(start)) if start is not None else None
    if network is not None and tiers != [network.shape.harmonics]:
        own = network.shape.harmonics
        raise TrainingError(f"{start} is tier {own}, and goes on alone: add --tiers {own}")
    shape = network.shape if network is not None else HoloAudioShape(tiers[0])
    refuse_other_family(models, shape.family, rate, shape.chunk)
    return network


def holo_audio_checkpoint(models: Path, harmonics: int) -> Path:
    """Where such a tier's training is kept."""
    return models / ".training" / f"holo_audio_{harmonics:03d}.pt"


class HoloAudioDisplay:
    """A bar, and a line at the end of every epoch."""

    def __init__(self, progress: Progress, harmonics: int, chunks: Chunks, minutes: float | None) -> None:
        """`minutes`: that the training may take."""
        self._progress, self._harmonics, self._chunks, self._minutes = progress, harmonics, chunks, minutes
        self._task = progress.add_task(f"tier {harmonics}", total=1.0)
        self._epoch_steps = planned_steps(chunks) // EPOCHS

    def __call__(self, done: HoloAudioProgress) -> None:
        part = max(done.step / done.steps, done.seconds / (60 * self._minutes) if self._minutes else 0.0)
        self._progress.update(self._task, completed=part)
        if done.step % self._epoch_steps == 0 or done.step == done.steps:
            speed = done.step * BATCH * self._chunks.chunk / self._chunks.corpus.rate / max(done.seconds, 1e-9)
            self._progress.console.print(
                f"tier {self._harmonics} step {done.step} of {done.steps}: mean absolute error {done.loss:.5f}, "
                f"{speed:.0f} s of sound a second"
            )


def train_holo_audio_tiers(
    tiers: list[int],
    corpus: Corpus,
    models: Path,
    progress: Progress,
    minutes: float | None,
    steps: int | None,
    resume: bool,
    device: torch.device,
    start: HoloAudioNetwork | None,
) -> list[TrainedTier]:
    """`minutes` are for all tiers together; `start` is a tier to go on from. Raises TrainingError, ModelError, OSError."""
    trained = []
    for harmonics in tiers:
        shape = start.shape if start is not None else HoloAudioShape(harmonics)
        chunks = loud_chunks(corpus, shape.chunk)
        checkpoint = holo_audio_checkpoint(models, harmonics)
        checkpoint.parent.mkdir(parents=True, exist_ok=True)
        share = minutes / len(tiers) if minutes is not None else None
        display = HoloAudioDisplay(progress, harmonics, chunks, share)
        network, done = train_holo_audio(shape, chunks, checkpoint, resume, share, steps, start, device, display)
        trained.append(_written(network, chunks, models, done))
    return trained


def _written(network: HoloAudioNetwork, chunks: Chunks, models: Path, done: HoloAudioProgress) -> TrainedTier:
    """The tier in both layouts."""
    harmonics, corpus = network.shape.harmonics, chunks.corpus
    card = {
        "trained": True,
        "recipe": {
            "name": RECIPE_NAME, "epochs": EPOCHS, "batch": BATCH, "learning_rate": LEARNING_RATE,
            "quiet_peak": QUIET_PEAK, "loss": "mean absolute error of the waveform",
        },
        "data": {
            "digest": corpus.digest, "files": len(corpus.names), "training_seconds": round(float(corpus.lengths.sum()) / corpus.rate, 1),
            "chunks": len(chunks.starts), "skipped": len(corpus.skipped),
        },
        "steps": done.step,
        "training_seconds": round(done.seconds, 1),
        "epoch_losses": [round(loss, 6) for loss in done.losses],
        "licence": "MIT",
    }  # fmt: skip
    export_holo_audio(network, models, corpus.rate, coefficient_range(network, _files(corpus)), card)
    folder = tier_folder(models, harmonics)
    write_holo_audio(network, folder / f"{folder.name}.pth")
    return TrainedTier(harmonics, folder, Done(step=done.step, seconds=done.seconds))


def _files(corpus: Corpus) -> Iterator[np.ndarray]:
    return (corpus.part(index) for index in range(len(corpus.names)))
