"""What a network sees of pairs: companded values and log magnitudes, so that quiet harmonics count too."""

from __future__ import annotations

import torch
from torch import Tensor


def pair_features(pairs: Tensor) -> Tensor:
    """(..., base, 2) pairs relative to the gain -> (..., 3 * base) features of about unit size."""
    square = (pairs * pairs).sum(-1) + 1e-6
    companded = pairs * square.unsqueeze(-1) ** -0.25
    return torch.cat((companded.flatten(-2), torch.log(square) * 0.2), -1)
