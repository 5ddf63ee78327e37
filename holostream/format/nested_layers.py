"""Codes in layers that lie within each other (`network.quantizer`): which of them are digits, and what contexts see instead.

A layer's code of a harmonic is a digit where a layer below said the harmonic, by an amplitude code that is not 0. Digits in base
`split` are as good as even and coded so. To the codes around it a harmonic that was said counts what its amplitude code would be
with the steps of the layer: the one of the layer below, taken split^(3/4) times, since sizes are radii to that power. With a
`split` of 1 no code is a digit: so were codes in layers before, each of what the ones below left over.
"""

from __future__ import annotations

import numpy as np

from holostream.format.code_contexts import ESCAPE, Pass


def seen_from_below(below: np.ndarray, split: int) -> np.ndarray:
    """Codes as contexts see them in a layer -> those of the next layer where they are not 0, never 0 themselves."""
    return np.minimum(below * round(4 * split**0.75) >> 2, ESCAPE)


def digit_places(grid: np.ndarray, each: Pass, split: int) -> np.ndarray:
    """(n, lanes, codes) bool: which codes of a pass are digits; `grid` as contexts see it, filled in the layers below."""
    if each.below is None or split == 1:
        return np.zeros(each.own.shape, bool)
    return grid.take(each.below) > 0


def nested(amplitudes: np.ndarray, layers: int, split: int) -> tuple[np.ndarray, np.ndarray]:
    """(lanes, frames, harmonics) amplitude codes -> as contexts see them, clipped where they are digits; bool: which are digits."""
    if split == 1 or layers == 1:
        return amplitudes, np.zeros(amplitudes.shape, bool)
    by_layer = amplitudes.reshape(*amplitudes.shape[:2], layers, -1).astype(np.int32)
    digits = np.zeros(by_layer.shape, bool)
    for layer in range(1, layers):
        below = by_layer[:, :, layer - 1]
        digits[:, :, layer] = below > 0
        by_layer[:, :, layer] = np.where(below > 0, seen_from_below(below, split), by_layer[:, :, layer])
    return by_layer.reshape(amplitudes.shape), digits.reshape(amplitudes.shape)
