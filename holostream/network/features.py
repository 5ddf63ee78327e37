"""What a network sees of pairs: companded values and log magnitudes, so that quiet harmonics count too."""

from __future__ import annotations

import math

import torch
from torch import Tensor

LEAST = 1e-6
"""Square of a pair that counts as 0."""
LOG_SCALE = 0.2
"""Of log squares, so that they are of about unit size."""


def pair_features(pairs: Tensor) -> Tensor:
    """(..., base, 2) pairs relative to the gain -> (..., 3 * base) features of about unit size: all that is companded, then all
    log magnitudes."""
    square = (pairs * pairs).sum(-1).clamp(min=LEAST)
    companded = pairs * square.unsqueeze(-1) ** -0.25
    return torch.cat((companded.flatten(-2), torch.log(square) * LOG_SCALE), -1)


def feature_table(decoded: Tensor) -> Tensor:
    """(places, 2) what codes stand for in steps -> (places, 4): the same companded, its log magnitude, and 1 for a zero."""
    radius = decoded.norm(dim=-1, keepdim=True)
    zero = (radius == 0).to(decoded)
    one = radius + zero
    return torch.cat((decoded / one.sqrt(), 2 * LOG_SCALE * torch.log(one), zero), -1)


def table_layer(weight: Tensor, bias: Tensor, steps: Tensor, sounding: Tensor) -> tuple[Tensor, Tensor]:
    """A layer of `pair_features`, (width, 3 * base) and (width,), as one of `feature_table`: (4 * base, width) and (width,).
    `steps`, (base, 1), are those of the pairs, above 0; `sounding`, (base, 1), is 1 for pairs that are heard, 0 for those taken
    as 0."""
    base = len(steps)
    companded, magnitude = weight[:, : 2 * base].T.unflatten(0, (base, 2)), weight[:, 2 * base :].T.unsqueeze(1)
    of_step, of_zero = 2 * LOG_SCALE * torch.log(steps).unsqueeze(1), LOG_SCALE * math.log(LEAST)
    heard = sounding.unsqueeze(1)
    rows = (companded * steps.sqrt().unsqueeze(1), magnitude, magnitude * (of_zero - of_step))
    constant = magnitude * torch.where(heard > 0, of_step, of_zero)
    return (torch.cat(rows, 1) * heard).flatten(0, 1), bias + constant.sum((0, 1))
