"""Trains tiers one after another and writes each into the models folder with its card and its curves.

A tier starts from its neighbor below, where that was trained before it in the same folder: what it learned about sound
carries over. Checkpoints lie in `.training` beside the tiers, so an interrupted run resumes where it was.
"""

from __future__ import annotations

import math
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path

import torch
import torch.distributed as distributed
from torch import Tensor

from holostream.codec.tier import TIERS
from holostream.codec.tier_model import tier_folder
from holostream.network.export import export_tier
from holostream.network.holo_audio_export import refuse_other_family
from holostream.training.checkpoint import load_weights, save_weights
from holostream.training.corpus import Corpus, training_sounds
from holostream.training.curves import draw_curves
from holostream.training.held_out import Check, check, held_out_sound
from holostream.training.recipe import Recipe, for_tier, recipe_to_dict
from holostream.training.settle import settle
from holostream.training.tables import learn_tier_tables
from holostream.training.train_tier import Progress, train_tier
from holostream.training.training_error import TrainingError

WEIGHTS = "weights.pt"
TABLE_MINUTES = 10.0
"""Of training sounds that entropy tables are learned from."""
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


def start_path(models: Path, harmonics: int, chosen: str | None) -> Path | None:
    """Where the weights to begin with are: of `chosen` (a tier's number, a tier's folder or a models folder, a checkpoint), else
    of the nearest lower tier trained here, else None. Raises TrainingError if what was chosen is not there."""
    if chosen is None:
        below = reversed([tier for tier in TIERS if tier < harmonics])
        return next((path for tier in below if (path := checkpoint_path(models, tier)).is_file()), None)
    if chosen.isdecimal():
        candidates = [checkpoint_path(models, int(chosen)), tier_folder(models, int(chosen)) / WEIGHTS]
    else:
        folder = Path(chosen)
        nearest = [tier for tier in reversed(TIERS) if tier <= harmonics]
        candidates = [folder, folder / WEIGHTS, *(tier_folder(folder, tier) / WEIGHTS for tier in nearest)]
    for path in candidates:
        if path.is_file():
            return path
    raise TrainingError(
        f"nothing to start from at {chosen}; name a tier trained into {models}, a folder with {WEIGHTS}, or a checkpoint"
    )


def start_weights(models: Path, harmonics: int, chosen: str | None) -> dict[str, Tensor] | None:
    """Those at `start_path`. Raises TrainingError as well if there are none in it."""
    path = start_path(models, harmonics, chosen)
    return None if path is None else load_weights(path)


def check_trainable(models: Path, tiers: list[int], recipe: Recipe) -> None:
    """Raises ModelError if what is to be trained could not be played together with what is there."""
    for harmonics in tiers:
        shape = for_tier(recipe, harmonics).shape(harmonics)
        refuse_other_family(models, shape.family, shape.rate, shape.hop)


def refuse_trained(models: Path, tiers: list[int], checkpoint: Callable[[Path, int], Path], resume: bool) -> None:
    """Raises TrainingError if there is a tier, or its training, that a new one would replace."""
    for harmonics in tiers:
        begun = checkpoint(models, harmonics).exists()
        if (begun and not resume) or (not begun and tier_folder(models, harmonics).exists()):
            goes_on = "go on with its training with --resume, " if begun else ""
            raise TrainingError(
                f"{models} holds a tier {harmonics} already; {goes_on}name a new folder with --out, or replace it with --overwrite"
            )


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
    """`minutes` are for all tiers together, shared equally. Tiers that are there are replaced.

    Raises TrainingError, ModelError, OSError.
    """
    (models / ".training").mkdir(parents=True, exist_ok=True)
    trained = []
    for harmonics in tiers:
        own = for_tier(recipe, harmonics)
        started_from = start_path(models, harmonics, start)
        network, done = train_tier(
            harmonics,
            own,
            corpus,
            checkpoint_path(models, harmonics),
            resume,
            minutes / len(tiers) if minutes is not None else None,
            None if started_from is None else load_weights(started_from),
            device,
            lambda progress, loss, seen, h=harmonics, r=own: watch(h, r, progress, loss, seen),  # type: ignore[misc]
        )
        if distributed.is_available() and distributed.is_initialized() and distributed.get_rank() != 0:
            continue
        if own.encoder_waits == 1:
            seen = check(network, held_out_sound(corpus, network.shape.hop), own, torch.device("cpu"))
        else:
            seen = settle(network, corpus, own)
        if done.curves["step"][-1:] != [done.step]:  # minutes end a training anywhere
            for name, value in (("step", done.step), ("loss", math.nan), ("held_out", seen.loss), ("kbps", seen.kbps),
                                ("snr_db", seen.snr_db)):  # fmt: skip
                done.curves[name].append(value)
        export_tier(network.eval(), models, model_card(own, corpus, done, seen, start or started_from))
        folder = tier_folder(models, harmonics)
        save_weights(folder / WEIGHTS, network)
        learn_tier_tables(models, harmonics, training_sounds(corpus, 60 * TABLE_MINUTES))
        draw_curves(done, own.kbps(harmonics), f"tier {harmonics}", folder / "curves.png")
        trained.append(TrainedTier(harmonics, folder, done))
    return trained


def model_card(recipe: Recipe, corpus: Corpus, done: Progress, seen: Check, start: str | Path | None) -> dict:
    """What a tier is made of, for `tier.json`; `seen`: the last look at what was held out, `start`: what it began from."""
    return {
        "trained": True,
        "started_from": None if start is None else Path(start).name,
        "recipe": recipe_to_dict(recipe),
        "data": {
            "digest": corpus.digest,
            "files": len(corpus.names),
            "training_seconds": round(corpus.seconds(False), 1),
            "held_out_seconds": round(corpus.seconds(True), 1),
            "skipped": len(corpus.skipped),
        },
        "training_seconds": round(done.seconds, 1),
        "sound_seconds_per_second": round(
            done.step * recipe.batch * recipe.segment_seconds / max(done.seconds, 1e-9), 1
        ),
        "steps": done.step,
        "held_out": {name: round(value, 4) for name, value in vars(seen).items()},
        "licence": "MIT",
    }
