"""Trains one tier, quantization-aware, to a bitrate: the loop in one straight line, resumable to the same result.

Everything random comes from generators seeded by (seed, step, process), so that a training that was interrupted and
resumed takes the same steps as one that was not. Under several processes each works on its share of the batch.
"""

from __future__ import annotations

import copy
import math
import time
from collections.abc import Callable
from dataclasses import dataclass, field
from pathlib import Path

import numpy as np
import torch
import torch.distributed as distributed
from torch import Tensor

from holostream.network.export import TierNetwork
from holostream.training.checkpoint import LARGEST_WEIGHT, fill, load_checkpoint, resumable, save_checkpoint, warm_start
from holostream.training.corpus import Corpus, varied_segment
from holostream.training.held_out import Check, check, held_out_sound
from holostream.training.recipe import Recipe, recipe_to_dict
from holostream.training.settle import balanced_rate_weight, settle
from holostream.training.signal_path import losses
from holostream.training.stop_between_steps import stop_asked_for
from holostream.training.training_error import TrainingError, diverged

CHECKPOINT_SECONDS = 120.0
RATE_STEP = 1.05
"""How much the rate's weight may change at one check. Steps and network answer slowly; a faster weight overshoots, and what
is lost then does not come back (tier 16: the held-out loss rose by half for 3 % of the bits)."""


@dataclass
class Progress:
    """What a training has done: one entry per check in each curve."""

    step: int = 0
    seconds: float = 0.0
    rate_weight: float = 0.0
    encoder_learns: bool = False
    best: float = math.inf
    checks_since_best: int = 0
    curves: dict[str, list[float]] = field(
        default_factory=lambda: {"step": [], "loss": [], "held_out": [], "kbps": [], "snr_db": []}
    )


def batch(corpus: Corpus, recipe: Recipe, step: int, hop: int, process: int, processes: int) -> Tensor:
    """This process's share of a step's segments, the same whatever came before."""
    hops = round(recipe.segment_seconds * corpus.rate / hop)
    share = range(process, recipe.batch, processes)
    segments = [
        varied_segment(corpus, np.random.default_rng((recipe.seed, step, number)), hops * hop) for number in share
    ]
    return torch.from_numpy(np.stack(segments))


STATE = ("harmonics", "recipe", "network", "average", "optimizer", "progress")
"""What a checkpoint holds; beside that, but for old ones, which `data` it was trained on."""
SCHEDULE = ("steps", "check_every", "patience")
"""Of a recipe, what a training may go on with another of."""


def learning_rate(recipe: Recipe, progress: float, step: int) -> float:
    """Warm-up, then a cosine from the first to the last rate; `progress` runs from 0 to 1."""
    warm = min(1.0, (step + 1) / max(1, recipe.warmup_steps))
    cosine = 0.5 + 0.5 * math.cos(math.pi * min(1.0, progress))
    return warm * (recipe.final_learning_rate + (recipe.learning_rate - recipe.final_learning_rate) * cosine)


@torch.no_grad()
def follow(average: TierNetwork, network: TierNetwork, decay: float, step: int) -> None:
    """Move the averaged weights towards the trained ones; early averages are shorter, so that they forget the start."""
    keep = min(decay, (1 + step) / (10 + step))
    for mean, value in zip(average.parameters(), network.parameters(), strict=True):
        mean.lerp_(value, 1 - keep)


def train_tier(
    harmonics: int,
    recipe: Recipe,
    corpus: Corpus,
    checkpoint: Path,
    resume: bool = False,
    minutes: float | None = None,
    start: dict[str, Tensor] | None = None,
    device: torch.device | None = None,
    watch: Callable[[Progress, float, Check | None], None] = lambda progress, loss, seen: None,
) -> tuple[TierNetwork, Progress]:
    """Train until the recipe's steps or `minutes` are over or nothing gets better; returns the averaged network.

    `start` warm-starts from another tier's weights where their shapes agree; an encoder that is to wait starts from its own
    tier's alone. Whoever interrupts it finds what was learned in the checkpoint. Raises TrainingError.
    """
    device = device or torch.device("cpu")
    process, processes = _place()
    torch.manual_seed(recipe.seed + harmonics)
    network = TierNetwork(recipe.shape(harmonics))
    steps = network.quantizer.log_steps
    goes_on = start is not None and steps.shape == start.get("quantizer.log_steps", steps[:0]).shape
    if start is not None:
        foreign = ("encoder.", "quantizer.") if recipe.encoder_waits and not goes_on else ()
        warm_start(network, {name: value for name, value in start.items() if not name.startswith(foreign)})
    resume = resume and resumable(checkpoint)
    if _differ(resume) or _differ(start is not None):
        raise TrainingError(f"{checkpoint.parent} is not the same for all processes; let --out be a folder that all machines share")
    if recipe.encoder_waits and not goes_on and not resume:
        settle(network, corpus, recipe)
    network = network.to(device)
    average = copy.deepcopy(network)
    optimizer = torch.optim.Adam(_parameter_groups(network, recipe), lr=recipe.learning_rate, betas=(0.8, 0.99))
    done = Progress(rate_weight=0.0 if recipe.encoder_waits else recipe.rate_weight)
    if resume:
        _resume(checkpoint, harmonics, recipe, corpus, network, average, optimizer, done)
    model = _learning(network, done.encoder_learns, processes)
    sounds = held_out_sound(corpus, network.shape.hop)
    hop = network.shape.hop
    if not resume:  # from here on there is something to go on with, and it is no former training
        _save(checkpoint, harmonics, recipe, corpus, network, average, optimizer, done)
    began, saved, already = time.monotonic(), time.monotonic(), done.seconds

    stopped = False
    with stop_asked_for() as asked:
        while done.step < recipe.steps and not (recipe.patience and _agree(done.checks_since_best >= recipe.patience)):
            if stopped := _agree(asked()):
                break
            part = done.step / recipe.steps
            if minutes is not None:
                part = max(part, done.seconds / (60 * minutes))
                if _agree(part >= 1.0):
                    break
            if not done.encoder_learns and _agree(part >= recipe.encoder_waits):
                done.encoder_learns = True
                model = _learning(network, True, processes)
                if goes_on or recipe.encoder_waits:
                    done.rate_weight = balanced_rate_weight(average, sounds, recipe, device)
            for group in optimizer.param_groups:
                group["lr"] = learning_rate(recipe, part, done.step) * group["share"]
            sound = batch(corpus, recipe, done.step, hop, process, processes).to(device)
            try:
                loss, _ = model(sound, recipe, done.rate_weight)
                value = float(loss.detach())
            except IndexError:  # codes of what is no number
                value = math.nan
            if _agree(not math.isfinite(value)):
                raise diverged(harmonics)
            optimizer.zero_grad(set_to_none=True)
            loss.backward()
            norm = torch.nn.utils.clip_grad_norm_(network.parameters(), recipe.clip_norm)
            if torch.isfinite(norm):  # a batch without a gradient worth following is left out
                optimizer.step()
            follow(average, network, recipe.average_decay, done.step)
            done.step += 1

            seen: Check | None = None
            if done.step % recipe.check_every == 0 or done.step == recipe.steps:
                _refuse_diverged(average, harmonics)
                seen = check(average, sounds, recipe, device)
                _record(done, value, seen, recipe, harmonics)
            done.seconds = already + time.monotonic() - began  # looks included
            watch(done, value, seen)
            if _agree(process == 0 and time.monotonic() - saved > CHECKPOINT_SECONDS):
                _save(checkpoint, harmonics, recipe, corpus, network, average, optimizer, done)
                saved = time.monotonic()
    _save(checkpoint, harmonics, recipe, corpus, network, average, optimizer, done)
    if processes > 1:
        distributed.barrier()  # the next tier starts from what has just been saved
    if stopped:
        raise KeyboardInterrupt
    return average.cpu().eval(), done


def _refuse_diverged(network: TierNetwork, harmonics: int) -> None:
    """Raises TrainingError."""
    if not all(float(value.detach().abs().max()) < LARGEST_WEIGHT for value in network.parameters() if value.numel()):
        raise diverged(harmonics)


def _parameter_groups(network: TierNetwork, recipe: Recipe) -> list[dict]:
    """The linear path and the quantizer's steps learn at rates of their own."""
    steps = network.quantizer.log_steps
    linear = [network.encoder.analysis, network.encoder.select, network.vocoder.place, network.vocoder.synthesis]
    slow = [parameter for layer in linear for parameter in layer.parameters()]
    known = {id(parameter) for parameter in (*slow, steps)}
    rest = [parameter for parameter in network.parameters() if id(parameter) not in known]
    shares = ((rest, 1.0), (slow, recipe.linear_rate), ([steps], recipe.step_rate))
    return [
        {"params": [value for value in values if value.requires_grad], "share": share} for values, share in shares
    ]


def _learning(network: TierNetwork, encoder_learns: bool, processes: int) -> torch.nn.Module:
    """What a step runs: the losses of a network of which the encoder learns, or waits."""
    for part in (network.encoder, network.quantizer):
        for parameter in part.parameters():
            parameter.requires_grad_(encoder_learns)
    if network.encoder.noise is not None:
        network.encoder.noise.words.requires_grad_(False)  # learned in one go, see `settle`
    return torch.nn.parallel.DistributedDataParallel(_Losses(network)) if processes > 1 else _Losses(network)


class _Losses(torch.nn.Module):
    """The forward pass as a module, which is what data-parallel training wraps."""

    def __init__(self, network: TierNetwork) -> None:
        super().__init__()
        self.network = network

    def forward(self, sound: Tensor, recipe: Recipe, rate_weight: float) -> tuple[Tensor, Tensor]:
        return losses(self.network, sound, recipe, rate_weight)


def _record(done: Progress, loss: float, seen: Check, recipe: Recipe, harmonics: int) -> None:
    """Curves, the best so far, and the rate's weight: more when the bitrate is above its target, less below."""
    for name, value in (
        ("step", done.step),
        ("loss", loss),
        ("held_out", seen.loss),
        ("kbps", seen.kbps),
        ("snr_db", seen.snr_db),
    ):
        done.curves[name].append(float(value))
    excess = seen.kbps / recipe.kbps(harmonics)
    done.rate_weight *= min(RATE_STEP, max(1 / RATE_STEP, excess))
    # A better sound at a higher price is no progress.
    score = seen.loss * max(1.0, excess)
    if score < done.best - 1e-4:
        done.best, done.checks_since_best = score, 0
    else:
        done.checks_since_best += 1


def _resume(path: Path, harmonics: int, recipe: Recipe, corpus: Corpus, network: TierNetwork, average: TierNetwork,
            optimizer: torch.optim.Optimizer, done: Progress) -> None:  # fmt: skip
    """Load a checkpoint into the last four. Raises TrainingError if it is of something else, or damaged."""
    state = load_checkpoint(path)
    if not isinstance(state, dict) or not set(STATE) <= set(state):
        raise TrainingError(f"{path} is no checkpoint of a training; remove it to start again")
    try:
        if state["harmonics"] != harmonics or _lasting(state["recipe"]) != _lasting(recipe_to_dict(recipe)):
            raise TrainingError(f"{path} belongs to another recipe or tier; remove it, or resume with its own recipe")
        if state.get("data", corpus.digest) != corpus.digest:
            raise TrainingError(
                f"{path} was trained on other sounds; resume with those, or go on from its weights: --from {path} --overwrite"
            )
        fill(state, {"network": network, "average": average}, optimizer, done)
    except (RuntimeError, ValueError) as error:  # comparing tensors, too
        raise TrainingError(
            f"{path} is damaged, or was made by a version of HoloStream whose networks are built otherwise ({error}); "
            "remove it, or go on from its weights with --from"
        ) from error


def _lasting(recipe: object) -> dict:
    """Of a recipe as a checkpoint holds it, what must stay; empty if it is none."""
    return {name: value for name, value in recipe.items() if name not in SCHEDULE} if isinstance(recipe, dict) else {}


def _save(path: Path, harmonics: int, recipe: Recipe, corpus: Corpus, network: TierNetwork, average: TierNetwork,
          optimizer: torch.optim.Optimizer, done: Progress) -> None:  # fmt: skip
    """By the first process; all of them refuse what has diverged, from which --resume would go on."""
    _refuse_diverged(average, harmonics)
    if _place()[0] == 0:
        save_checkpoint(path, {
            "harmonics": harmonics, "recipe": recipe_to_dict(recipe), "data": corpus.digest, "network": network.state_dict(),
            "average": average.state_dict(), "optimizer": optimizer.state_dict(), "progress": vars(done),
        })  # fmt: skip


def _place() -> tuple[int, int]:
    """(number of this process, how many there are)."""
    if distributed.is_available() and distributed.is_initialized():
        return distributed.get_rank(), distributed.get_world_size()
    return 0, 1


def _differ(said: bool) -> bool:
    """Whether it is so in some processes and not in others."""
    return _agree(said) and _agree(not said)


def _agree(stop: bool) -> bool:
    """Whether it is so in any process: all of them stop when one does."""
    if _place()[1] == 1:
        return stop
    flag = torch.tensor(float(stop))
    distributed.all_reduce(flag, op=distributed.ReduceOp.MAX)
    return bool(flag > 0)
