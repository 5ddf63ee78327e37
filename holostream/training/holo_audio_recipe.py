"""HOLO-Audio's recipe, as its trainer has it: what its users go on with, and a rival measured like for like.

Every file is mixed to mono, brought to full scale and cut into chunks; chunks with a peak of 0.02 or less are dropped; all
of them, in a new order in each of 5 epochs, in batches of 64; Adam at 2e-4 on the mean absolute difference of the waveform.
No quantizer takes part and nothing is held out: what such a tier is worth shows in decoded files.

What is left of a file behind its last whole chunk is not used, and files are resampled to one rate: two things that the
published recipe leaves open.
"""

from __future__ import annotations

import time
from collections.abc import Callable
from dataclasses import dataclass, field
from pathlib import Path

import numpy as np
import torch
from torch import Tensor, nn

from holostream.network.holo_audio import HoloAudioNetwork, HoloAudioShape
from holostream.training.checkpoint import fill, load_checkpoint, resumable, save_checkpoint
from holostream.training.corpus import Corpus
from holostream.training.stop_between_steps import stop_asked_for
from holostream.training.training_error import TrainingError

EPOCHS, BATCH, LEARNING_RATE, QUIET_PEAK, SEED = 5, 64, 2e-4, 0.02, 1
CHECKPOINT_SECONDS = 120.0
LOSS_MEMORY = 0.99


@dataclass(frozen=True)
class Chunks:
    """Where the chunks of a corpus begin, (n,), and the factor that brings the file of each to full scale, (n,)."""

    corpus: Corpus
    chunk: int
    starts: np.ndarray
    scales: np.ndarray

    def batch(self, places: np.ndarray) -> Tensor:
        """(m,) places among the chunks -> (m, chunk) float32."""
        span = self.starts[places][:, np.newaxis] + np.arange(self.chunk)
        return torch.from_numpy(self.corpus.samples[span].astype(np.float32) * self.scales[places][:, np.newaxis])


@dataclass
class HoloAudioProgress:
    """What a training has done; `loss` is a running mean, `losses` has that of the end of every epoch."""

    step: int = 0
    steps: int = 0
    seconds: float = 0.0
    loss: float = 0.0
    losses: list[float] = field(default_factory=list)


def loud_chunks(corpus: Corpus, chunk: int) -> Chunks:
    """The chunks that are trained on. Raises TrainingError if there are less than a batch of them."""
    starts, scales = [], []
    for begin, length in zip(corpus.starts, corpus.lengths, strict=True):
        file = corpus.samples[begin : begin + length].astype(np.float32)
        peak = max(1.0, float(np.abs(file).max(initial=0.0)))
        whole = file[: length // chunk * chunk].reshape(-1, chunk)
        kept = np.flatnonzero(np.abs(whole).max(axis=1, initial=0.0) > QUIET_PEAK * peak)
        starts.append(begin + kept * chunk)
        scales.append(np.full(len(kept), 1 / peak, np.float32))
    found = Chunks(corpus, chunk, np.concatenate(starts), np.concatenate(scales))
    if len(found.starts) < BATCH:
        raise TrainingError(
            f"the sounds have {len(found.starts)} chunks of {chunk} samples that are loud enough; "
            f"this recipe needs at least {BATCH}: add more files"
        )
    return found


def planned_steps(chunks: Chunks) -> int:
    """Batches in all epochs, the last one of each smaller."""
    return EPOCHS * -(-len(chunks.starts) // BATCH)


def train_holo_audio(
    shape: HoloAudioShape,
    chunks: Chunks,
    checkpoint: Path,
    resume: bool = False,
    minutes: float | None = None,
    steps: int | None = None,
    start: HoloAudioNetwork | None = None,
    device: torch.device | None = None,
    watch: Callable[[HoloAudioProgress], None] = lambda progress: None,
) -> tuple[HoloAudioNetwork, HoloAudioProgress]:
    """Train until the recipe's steps, `steps`, or `minutes` are over; an interrupted training resumes to the same result.

    Raises TrainingError.
    """
    device = device or torch.device("cpu")
    torch.manual_seed(SEED + shape.harmonics)
    network = start if start is not None else HoloAudioNetwork(shape)
    network = network.to(device).train()
    optimizer = torch.optim.Adam(network.parameters(), lr=LEARNING_RATE)
    recipe = {"harmonics": shape.harmonics, "rate": chunks.corpus.rate, "data": chunks.corpus.digest}
    done = HoloAudioProgress()
    if resume and resumable(checkpoint):
        done = _resumed(checkpoint, recipe, network, optimizer)
    else:
        _save(checkpoint, recipe, network, optimizer, done)
    per_epoch = -(-len(chunks.starts) // BATCH)
    done.steps = steps if steps is not None else planned_steps(chunks)
    began, saved, already = time.monotonic(), time.monotonic(), done.seconds
    order, order_epoch = np.arange(0), -1

    with stop_asked_for() as asked:
        while not asked() and done.step < done.steps and (minutes is None or done.seconds < 60 * minutes):
            epoch, place = divmod(done.step, per_epoch)
            if epoch != order_epoch:
                order, order_epoch = np.random.default_rng((SEED, epoch)).permutation(len(chunks.starts)), epoch
            sound = chunks.batch(order[place * BATCH : (place + 1) * BATCH]).to(device)
            loss = nn.functional.l1_loss(network(sound), sound)
            optimizer.zero_grad(set_to_none=True)
            loss.backward()
            optimizer.step()
            value = float(loss.detach())
            if not np.isfinite(value):
                raise TrainingError(f"tier {shape.harmonics} diverged at step {done.step}; start again with other sounds")
            keep = min(LOSS_MEMORY, done.step / (done.step + 1))
            done.loss = keep * done.loss + (1 - keep) * value
            done.step += 1
            done.seconds = already + time.monotonic() - began
            if done.step % per_epoch == 0:
                done.losses.append(done.loss)
            watch(done)
            if time.monotonic() - saved > CHECKPOINT_SECONDS:
                _save(checkpoint, recipe, network, optimizer, done)
                saved = time.monotonic()
        stopped = asked()
    _save(checkpoint, recipe, network, optimizer, done)
    if stopped:
        raise KeyboardInterrupt
    return network.cpu().eval(), done


def _save(
    path: Path, recipe: dict, network: nn.Module, optimizer: torch.optim.Optimizer, done: HoloAudioProgress
) -> None:
    state = {"recipe": recipe, "network": network.state_dict(), "optimizer": optimizer.state_dict()}
    save_checkpoint(path, state | {"progress": vars(done)})


def _resumed(path: Path, recipe: dict, network: nn.Module, optimizer: torch.optim.Optimizer) -> HoloAudioProgress:
    """Load a checkpoint into network and optimizer. Raises TrainingError if it belongs to something else."""
    state = load_checkpoint(path)
    done = HoloAudioProgress()
    try:
        if not isinstance(state, dict) or state.get("recipe") != recipe:
            raise TrainingError(f"{path} belongs to another tier, rate or set of sounds; remove it to start again")
        fill(state, {"network": network}, optimizer, done)
    except (RuntimeError, ValueError) as error:  # comparing tensors, too
        raise TrainingError(
            f"{path} is damaged, or of a network of another size ({error}); remove it, or resume with the --from of its beginning"
        ) from error
    return done
