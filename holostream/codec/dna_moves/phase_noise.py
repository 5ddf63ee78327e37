"""Random numbers that are a function of where they are used: the same on every machine and at every replay."""

from __future__ import annotations

import numpy as np

_WORD = 0xFFFFFFFF


def noise(hop: int, index: np.ndarray) -> np.ndarray:
    """(n,) uint32 harmonics at a hop, any integer -> (n,) float32 evenly spread over [-1/2, 1/2).

    Integers mixed as in the finalizer of MurmurHash3 (Appleby 2008, public domain).
    """
    word = index * np.uint32(0x9E3779B1) + np.uint32(hop * 0x85EBCA6B & _WORD)
    word ^= word >> np.uint32(16)
    word *= np.uint32(0x85EBCA6B)
    word ^= word >> np.uint32(13)
    word *= np.uint32(0xC2B2AE35)
    word ^= word >> np.uint32(16)
    # 24 bits, which a float32 holds exactly.
    return (word >> np.uint32(8)).astype(np.float32) * np.float32(2.0**-24) - np.float32(0.5)
