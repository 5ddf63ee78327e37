"""Random numbers that are a function of where they are used: the same on every machine and at every replay."""

from __future__ import annotations

import numpy as np

_SPREAD, _FIRST, _SECOND = np.array([0x9E3779B1, 0x85EBCA6B, 0xC2B2AE35], np.uint32)
_8, _13, _16 = np.array([8, 13, 16], np.uint32)
_FRACTION, _HALF = np.float32(2.0**-24), np.float32(0.5)


def noise(hop: int, index: np.ndarray) -> np.ndarray:
    """(n,) uint32 harmonics at a hop, any integer -> (n,) float32 evenly spread over [-1/2, 1/2).

    Integers mixed as in the finalizer of MurmurHash3 (Appleby 2008, public domain).
    """
    word = index * _SPREAD + np.uint32(hop * 0x85EBCA6B & 0xFFFFFFFF)
    word ^= word >> _16
    word *= _FIRST
    word ^= word >> _13
    word *= _SECOND
    word ^= word >> _16
    # 24 bits, which a float32 holds exactly.
    return (word >> _8).astype(np.float32) * _FRACTION - _HALF


_PLACE_BITS, LONGEST_STRIP = 15, 256
_TABLE = noise(5, np.arange((1 << _PLACE_BITS) + LONGEST_STRIP, dtype=np.uint32))


def noise_strip(hop: int, length: int) -> np.ndarray:
    """(length,) float32 as spread as `noise`, cut from one long strip: at once. `length` is LONGEST_STRIP at most.

    The places follow the golden ratio, so that those of some hundred hops in turn do not overlap.
    """
    place = (hop * 0x9E3779B1 & 0xFFFFFFFF) >> 32 - _PLACE_BITS
    return _TABLE[place : place + length]
