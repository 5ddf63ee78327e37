"""Trains tiers one after another and writes each into the models folder with its card and its curves.

A tier starts from its neighbor below, where that was trained before it in the same folder: what it learned about sound
carries over. Checkpoints lie in `.training` beside the tiers, so an interrupted run resumes where it was.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path

import torch
import torch.distributed as distributed
from torch import Tensor

from holostream.codec.tier import TIERS
from holostream.codec.tier_model import tier_folder
from holostream.network.export import export_tier
from holostream.training.checkpoint import load_checkpoint
from holostream.training.corpus import Corpus
from holostream.training.curves import draw_curves
from holostream.training.held_out import Check
from holostream.training.recipe import Recipe, for_tier, recipe_to_dict
from holostream.training.train_tier import Progress, train_tier
from holostream.training.training_error import TrainingError

Watch = Callable[[int, Recipe, Progress, float, Check | None], None]


@dataclass(frozen=True)
class TrainedTier:
    """What came of one tier."""

    harmonics: int
    folder: Path
    progress: Progress


def checkpoint_path(models: Path, harmonics: int) -> Path:
    """Where a tier's training is kept."""
    return models / ".training" / f"tier_{harmonics:03d}.pt"


def start_weights(models: Path, harmonics: int, chosen: str | None) -> dict[str, Tensor] | None:
    """Averaged weights to begin with: of `chosen` (a tier's number or a checkpoint's path), else of the nearest lower
    tier trained here, else None. Raises TrainingError if what was chosen is not there."""
    if chosen is not None:
        path = checkpoint_path(models, int(chosen)) if chosen.isdigit() else Path(chosen)
        if not path.is_file():
            raise TrainingError(f"nothing to start from at {path}; name a tier trained into {models}, or a checkpoint")
        return load_checkpoint(path)["average"]
    for lower in reversed([tier for tier in TIERS if tier < harmonics]):
        if checkpoint_path(models, lower).is_file():
            return load_checkpoint(checkpoint_path(models, lower))["average"]
    return None


def train_all_tiers(
    tiers: list[int],
    recipe: Recipe,
    corpus: Corpus,
    models: Path,
    resume: bool = False,
    minutes: float | None = None,
    start: str | None = None,
    device: torch.device | None = None,
    watch: Watch = lambda harmonics, recipe, progress, loss, seen: None,
) -> list[TrainedTier]:
    """`minutes` are for all tiers together, shared equally. Raises TrainingError, ModelError, OSError."""
    (models / ".training").mkdir(parents=True, exist_ok=True)
    trained = []
    for harmonics in tiers:
        own = for_tier(recipe, harmonics)
        network, done = train_tier(
            harmonics,
            own,
            corpus,
            checkpoint_path(models, harmonics),
            resume,
            minutes / len(tiers) if minutes is not None else None,
            start_weights(models, harmonics, start),
            device,
            lambda progress, loss, seen, h=harmonics, r=own: watch(h, r, progress, loss, seen),  # type: ignore[misc]
        )
        if distributed.is_available() and distributed.is_initialized() and distributed.get_rank() != 0:
            continue
        export_tier(network, models, model_card(own, corpus, done))
        folder = tier_folder(models, harmonics)
        draw_curves(done, own.kbps(harmonics), f"tier {harmonics}", folder / "curves.png")
        trained.append(TrainedTier(harmonics, folder, done))
    return trained


def model_card(recipe: Recipe, corpus: Corpus, done: Progress) -> dict:
    """What a tier is made of, for `tier.json`."""
    last = {name: values[-1] for name, values in done.curves.items() if values}
    return {
        "trained": True,
        "recipe": recipe_to_dict(recipe),
        "data": {
            "digest": corpus.digest,
            "files": len(corpus.names),
            "training_seconds": round(corpus.seconds(False), 1),
            "held_out_seconds": round(corpus.seconds(True), 1),
            "skipped": len(corpus.skipped),
        },
        "training_seconds": round(done.seconds, 1),
        "held_out": {name: round(value, 4) for name, value in last.items()},
        "licence": "MIT",
    }
