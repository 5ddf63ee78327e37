"""Checkpoints: written in one step, read without executing anything, and weights passed from tier to tier.

A training that begins anew marks the checkpoint of the former one, which stays until the first of the new one takes its
place: it is not resumed, but nothing is lost before there is something new.
"""

from __future__ import annotations

from pathlib import Path

import torch
from torch import Tensor

from holostream.network.export import TierNetwork
from holostream.network.torch_file import load_torch, save_torch
from holostream.training.training_error import TrainingError


def begin_anew(paths: list[Path]) -> None:
    """From now on what is there is of former trainings. Raises OSError."""
    for path in paths:
        if path.exists():
            _mark(path).touch()


def resumable(path: Path) -> bool:
    """Whether a training can go on from there."""
    return path.exists() and not _mark(path).exists()


def _mark(path: Path) -> Path:
    return path.with_suffix(".anew")


def save_checkpoint(path: Path, state: dict) -> None:
    """Replace the checkpoint in one step. Raises TrainingError if the disk is full; a previous one is intact then."""
    try:
        save_torch(path, state)
        _mark(path).unlink(missing_ok=True)
    except OSError as error:
        left = "the previous one is intact" if path.exists() else "nothing is kept of this training yet"
        raise TrainingError(f"the checkpoint {path} cannot be written ({error.strerror or error}); {left}: "
                            "make room on the disk and go on with --resume") from error  # fmt: skip


def load_checkpoint(path: Path) -> dict:
    """Raises TrainingError if it is damaged."""
    try:
        return load_torch(path)
    except (ValueError, OSError) as error:
        raise TrainingError(f"{path} is not a checkpoint or weights of a tier, or it is damaged ({error}); "
                            "name another, or begin without it") from error  # fmt: skip


def save_weights(path: Path, network: TierNetwork) -> None:
    """What a tier has learned, in half precision, for others to go on from. Raises OSError."""
    save_torch(path, {name: value.detach().half() for name, value in network.named_parameters()})


def load_weights(path: Path) -> dict[str, Tensor]:
    """Of a tier's `weights.pt`, or the averaged ones of a checkpoint. Raises TrainingError if it is neither."""
    state = load_checkpoint(path)
    weights = state.get("average", state) if isinstance(state, dict) else {}
    if not weights or not all(isinstance(value, Tensor) for value in weights.values()):
        raise TrainingError(f"{path} holds no weights of a tier; name a tier's weights.pt or a checkpoint")
    return {name: value.float() for name, value in weights.items()}


def warm_start(network: TierNetwork, weights: dict[str, Tensor]) -> None:
    """Copy weights of another tier where names agree, and of their shapes what fits."""
    own = network.state_dict()
    with torch.no_grad():
        for name, value in weights.items():
            if name not in own or own[name].ndim != value.ndim or not own[name].is_floating_point():
                continue
            if "quantizer." in name and own[name].shape != value.shape:
                continue  # steps mean something only to a tier of as many pairs
            common = tuple(slice(0, min(a, b)) for a, b in zip(own[name].shape, value.shape, strict=True))
            own[name][common].copy_(value[common])
