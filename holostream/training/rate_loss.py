"""What codes cost, differentiable: counted as an entropy coder counts, from the very sound that is trained on.

How often each amplitude code follows its neighbors (the frame before and the next lower pair, as in the file's coder) gives it
a price, and its phase costs the logarithm of how many there are. The price of a pair changes where its radius crosses
from one code to the next, along a ramp half a code wide: what lies safely within a cell costs what it costs, and pays
nothing for being smaller. A smooth price of the radius instead is one that training learns to evade (docs/findings.md).
Further digits of what an earlier layer says cost what they cost, whatever they are.
"""

from __future__ import annotations

import math

import torch
from torch import Tensor

from holostream.network.quantizer import FIRST, ROUNDING, Quantizer, phase_count

LARGEST = 48
"""Codes from here on cost alike."""
CONTEXTS = (0.5, 1.5, 2.5, 4.5, 7.5, 12.5, 22.5)
"""Between classes of twice the code before, the one of the next lower pair and the one above that before."""
PRIOR = 0.25
"""Counts that every code starts with."""


def contexts(codes: Tensor) -> Tensor:
    """(lanes, frames, base) amplitude codes -> the class of what surrounds each, int64."""
    before = torch.nn.functional.pad(codes, (0, 1, 1, 0))[:, :-1]
    lower = torch.nn.functional.pad(codes, (1, 0))[..., :-1]
    around = 2 * before[..., :-1] + lower + before[..., 1:]
    return torch.bucketize(around, codes.new_tensor(CONTEXTS))


def prices(codes: Tensor, context: Tensor, counted: Tensor | None = None) -> Tensor:
    """(classes, LARGEST + 2) bits of each code in each class, its phase included, as counted here, where `counted`."""
    classes = len(CONTEXTS) + 1
    places = context * (LARGEST + 1) + codes.long()
    places = places.flatten() if counted is None else places[counted]
    counts = torch.bincount(places, minlength=classes * (LARGEST + 1)).reshape(classes, -1) + PRIOR
    bits = torch.log2(counts.sum(1, keepdim=True) / counts)
    bits = bits + torch.log2(phase_count(torch.arange(LARGEST + 1, device=codes.device, dtype=codes.dtype)))
    return torch.cat((bits, bits[:, -1:]), 1)


def _late(relative: Tensor, last: bool) -> Tensor | float:
    """By how much more than half way to the next amplitude code that one is taken: always, or where it is the first."""
    return 0.5 - ROUNDING if last else (FIRST - 0.5) * ((1 - relative) / (1 - FIRST)).clamp(0, 1)


def code_bits(pairs: Tensor, quantizer: Quantizer) -> Tensor:
    """(lanes, frames, base, 2) pairs relative to the gain -> bits a frame, the mean over lanes and frames. Its gradient
    reaches the pairs and the steps of every layer that is the first to say some."""
    bits, digits = pairs.new_zeros(()), 2 * math.log2(quantizer.split)
    size = (pairs.square().sum(-1) + 1e-12) ** 0.375
    seen = torch.zeros_like(size)
    for layer in range(quantizer.layers):
        relative = size * torch.exp(-0.75 * quantizer.log_steps[layer, :, 0])
        # Where the next code is taken is half way up the ramp.
        exact = (relative - _late(relative, layer == quantizer.layers - 1)).clamp(0, LARGEST)
        below = exact.detach().floor()
        ramp = (2 * (exact - below) - 0.5).clamp(0, 1)
        with torch.no_grad():
            said = seen > 0
            known = torch.where(said, seen * quantizer.split**0.75, quantizer.amplitudes(relative, layer))
            known = known.clamp(max=LARGEST)
            context = contexts(known)
            price = prices(known, context, ~said)
            lower, upper = price[context, below.long()], price[context, below.long() + 1]
            seen = known
        bits = bits + torch.where(said, digits, lower + ramp * (upper - lower)).sum(-1).mean()
    return bits
