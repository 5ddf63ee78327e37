"""What codes cost, differentiable: counted as an entropy coder counts, from the very sound that is trained on.

How often each amplitude code follows its neighbors (the frame before and the next lower pair, as in the file's coder) gives it
a price, and its phase costs the logarithm of how many there are. The price of a pair changes where its radius crosses
from one code to the next, along a ramp half a code wide: what lies safely within a cell costs what it costs, and pays
nothing for being smaller. A smooth price of the radius instead is one that training learns to evade (docs/findings.md).
"""

from __future__ import annotations

import torch
from torch import Tensor

from holostream.network.quantizer import ROUNDING, Quantizer, phase_count

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


def prices(codes: Tensor, context: Tensor) -> Tensor:
    """(classes, LARGEST + 2) bits of each code in each class, its phase included, as counted here."""
    classes = len(CONTEXTS) + 1
    places = (context * (LARGEST + 1) + codes.long()).flatten()
    counts = torch.bincount(places, minlength=classes * (LARGEST + 1)).reshape(classes, -1) + PRIOR
    bits = torch.log2(counts.sum(1, keepdim=True) / counts)
    bits = bits + torch.log2(phase_count(torch.arange(LARGEST + 1, device=codes.device, dtype=codes.dtype)))
    return torch.cat((bits, bits[:, -1:]), 1)


def code_bits(pairs: Tensor, quantizer: Quantizer) -> Tensor:
    """(lanes, frames, base, 2) pairs relative to the gain -> bits a frame, the mean over lanes and frames. Its gradient
    reaches the pairs through the first layer, and every layer's steps."""
    bits = pairs.new_zeros(())
    for layer in range(quantizer.layers):
        step = quantizer.log_steps[layer].exp()
        relative = pairs / step
        with torch.no_grad():
            codes = quantizer.quantize_layer(relative[..., 0], relative[..., 1])
        # Where the quantizer's floor takes the next code is half way up the ramp.
        radius = torch.sqrt(relative.square().sum(-1) + 1e-6)
        exact = (radius**0.75 + (ROUNDING - 0.5)).clamp(0, LARGEST)
        below = exact.detach().floor()
        ramp = (2 * (exact - below) - 0.5).clamp(0, 1)
        with torch.no_grad():
            known = codes[0].clamp(max=LARGEST)
            context = contexts(known)
            price = prices(known, context)
            lower, upper = price[context, below.long()], price[context, below.long() + 1]
        bits = bits + (lower + ramp * (upper - lower)).sum(-1).mean()
        if layer + 1 < quantizer.layers:
            # What is left over is spread over a cell, whatever the pair was: it grows with the step alone.
            pairs = (relative.detach() - quantizer.decode_layer(*codes)) * step
    return bits
