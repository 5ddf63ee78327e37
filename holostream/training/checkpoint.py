"""Checkpoints: written in one step, read without executing anything, and weights passed from tier to tier.

A training that begins anew marks the checkpoint of the former one, which stays until the first of the new one takes its
place: it is not resumed, but nothing is lost before there is something new.
"""

from __future__ import annotations

import math
from pathlib import Path

import torch
from torch import Tensor, nn

from holostream.codec.tier import TIERS
from holostream.network.export import TierNetwork
from holostream.network.shape import untrained_shape
from holostream.network.torch_file import load_torch, save_torch
from holostream.training.training_error import TrainingError

LARGEST_WEIGHT = 1e6
"""A trained one is about 1."""


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


def fill(state: dict, networks: dict[str, nn.Module], optimizer: torch.optim.Optimizer, done: object) -> None:
    """Load a checkpoint into networks, optimizer and progress. Raises ValueError if it does not fit, or holds no numbers."""
    parameters = [parameter for group in optimizer.param_groups for parameter in group["params"]]
    try:
        for name, network in networks.items():
            if not all(_numbers(value, LARGEST_WEIGHT) for value in state[name].values()):
                raise ValueError(f"its {name} has weights that are no numbers")
            network.load_state_dict(state[name])
        moments = state["optimizer"]["state"]
        for number, moment in moments.items():
            shapes = {"step": (), "exp_avg": parameters[number].shape, "exp_avg_sq": parameters[number].shape}
            fits = number >= 0 and {name: value.shape for name, value in moment.items()} == shapes
            if not fits or not all(map(_numbers, moment.values())) or moment["step"] < 0 or (moment["exp_avg_sq"] < 0).any():
                raise ValueError("its optimizer is of another network")
        # How fast is the recipe's to say.
        optimizer.load_state_dict(optimizer.state_dict() | {"state": moments})
        if not _fits(state["progress"], vars(done)):
            raise ValueError("its progress is not as it was saved")
    except (AttributeError, LookupError, RuntimeError, TypeError) as error:
        raise ValueError((str(error).splitlines() or [""])[0][:100].rstrip(":") or type(error).__name__) from error
    vars(done).update(state["progress"])


def _fits(told: object, fresh: object) -> bool:
    """Whether a progress has the names and kinds of a fresh one; lists are curves, all of the same length."""
    if isinstance(fresh, dict):
        return isinstance(told, dict) and set(told) == set(fresh) and all(_fits(told[name], fresh[name]) for name in fresh) and (
            len({len(value) for value in told.values() if isinstance(value, list)}) <= 1
        )  # fmt: skip
    if isinstance(fresh, list):
        return isinstance(told, list) and all(type(value) in (int, float) for value in told)
    if type(told) is not type(fresh):
        return False
    return told >= 0 if isinstance(told, int) else isinstance(told, float) and not math.isnan(told)


def _numbers(value: object, most: float = math.inf) -> bool:
    """Whether it is a plain tensor that holds all it claims to, of numbers below `most`."""
    return (
        isinstance(value, Tensor)
        and (value.layout, value.device.type) == (torch.strided, "cpu")
        and value.dtype in (torch.float16, torch.float32)
        and value.numel() * value.element_size() <= value.untyped_storage().nbytes()
        and bool((value.abs() < most).all())
    )


def save_weights(path: Path, network: TierNetwork) -> None:
    """What a tier has learned, in half precision, for others to go on from. Raises OSError."""
    save_torch(path, {name: value.detach().half() for name, value in network.named_parameters()})


def load_weights(path: Path) -> dict[str, Tensor]:
    """Of a tier's `weights.pt`, or the averaged ones of a checkpoint. Raises TrainingError if it is neither."""
    state = load_checkpoint(path)
    weights = state.get("average", state) if isinstance(state, dict) else {}
    named = isinstance(weights, dict) and all(isinstance(name, str) for name in weights)
    if named and all(_numbers(value, LARGEST_WEIGHT) for value in weights.values()):
        floats = {name: value.float() for name, value in weights.items()}
        if warm_start(TierNetwork(untrained_shape(TIERS[0])), floats):  # whatever its size, a tier shares some with the smallest
            return floats
    raise TrainingError(f"{path} holds no weights of a tier; name a tier's weights.pt or a checkpoint")


def warm_start(network: TierNetwork, weights: dict[str, Tensor]) -> int:
    """Copy weights of another tier where names agree, and of their shapes what fits; how many numbers those are."""
    own, copied = network.state_dict(), 0
    with torch.no_grad():
        for name, value in weights.items():
            if name not in own or own[name].ndim != value.ndim or not own[name].is_floating_point():
                continue
            if "quantizer." in name and own[name].shape != value.shape:
                continue  # steps mean something only to a tier of as many pairs
            common = tuple(slice(0, min(a, b)) for a, b in zip(own[name].shape, value.shape, strict=True))
            copied += own[name][common].copy_(value[common]).numel()
    return copied
