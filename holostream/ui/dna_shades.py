"""DNA frames to rows of shades: the arithmetic of the DNA picture, without a screen.

What codes stand for says `codec.polar_code`. The step of a tier's harmonic is a fact of the tier's graphs and left
out: a few decibels of brightness. Where codes are bytes (tiers of HOLO-Audio), an amplitude and a phase code are two
numbers around the middle of their range.
"""

from __future__ import annotations

from collections.abc import Container, Sequence

import numpy as np

from holostream.codec.dna import Dna
from holostream.codec.polar_code import RADIUS_POWER, UNIT_GAIN
from holostream.ui.palette import SHADES

DARKEST_DB, BRIGHTEST_DB = -54.0, 6.0

_RADIUS_SQUARED = np.arange(256, dtype=np.float64) ** (2 * RADIUS_POWER)
_GAIN_SQUARED = 2.0 ** (np.arange(256, dtype=np.float64) - UNIT_GAIN)
_BYTE_SQUARED = ((np.arange(256, dtype=np.float64) - 127.5) / 127.5) ** 2


def harmonic_energy(dna: Dna, most: int, codes: str = "polar", tells_noise: bool = False) -> np.ndarray:
    """Mean energy per harmonic over all frames, of the loudest lane; at most the first `most` harmonics, of which the
    last is none where it `tells_noise`.

    Harmonics beyond half a hop describe what the quantizer left over of those before, so they have no row of
    their own in a picture of the spectrum.
    """
    kept = min(dna.harmonics, most) - tells_noise
    if codes == "bytes":
        both = _BYTE_SQUARED[dna.amplitudes[:, :, :kept]] + _BYTE_SQUARED[dna.phases[:, :, :kept]]
        return (both * (dna.gains > 0)[:, :, np.newaxis]).mean(axis=1).max(axis=0)
    energy = _RADIUS_SQUARED[dna.amplitudes[:, :, :kept]] * _GAIN_SQUARED[dna.gains][:, :, np.newaxis]
    return energy.mean(axis=1).max(axis=0)


def row_energy(energy: np.ndarray, rows: int) -> np.ndarray:
    """(harmonics,) to (rows,): neighbors summed where rows are fewer, repeated where they are more."""
    harmonics = energy.shape[0]
    if rows >= harmonics:
        return energy[np.arange(rows) * harmonics // rows]
    return np.add.reduceat(energy, np.arange(rows) * harmonics // rows)


def shades(energy: np.ndarray) -> np.ndarray:
    """Steps of the color ramp, uint8, 0 (ground) to SHADES - 1."""
    with np.errstate(divide="ignore"):
        level_db = 10 * np.log10(energy)
    place = (level_db - DARKEST_DB) / (BRIGHTEST_DB - DARKEST_DB)
    return np.clip(np.ceil(place * (SHADES - 1)), 0, SHADES - 1).astype(np.uint8)


def column(
    dna: Sequence[Dna], rows: int, most: int, codes: str = "polar", noise_tiers: Container[int] = ()
) -> np.ndarray:
    """One column of the picture, (rows,) shades, lowest harmonic first.

    `dna` are the frames it stands for, each part of one tier; `codes` is the tiers' fact of that name, `noise_tiers` are those
    whose last pair tells of noise.
    """
    parts = [harmonic_energy(part, most, codes, part.harmonics in noise_tiers) for part in dna]
    return shades(np.mean([row_energy(part, rows) for part in parts], axis=0))
