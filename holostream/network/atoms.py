"""Atoms: the lapped orthonormal cosine basis that encoder and vocoder start from.

Time-domain aliasing cancellation (Princen & Bradley 1986) with a low-overlap window: flat in the middle, power-
complementary slopes. They are sines, or derived from a Kaiser window, as in AAC: then less of what is loud leaks far away, where
the rest may be 60 dB softer, and more of it to its neighbors. hop coefficients a chunk, perfect reconstruction after overlap-add. Neighbouring
coefficients in pairs are the harmonics: radius = amplitude, angle = phase.

    window   .-----------.
            /             \\
    chunk  [ rise | flat | fall ]     rise = fall = chunk - hop samples
"""

from __future__ import annotations

import numpy as np


def atoms(hop: int, chunk: int, kaiser: float = 0.0) -> np.ndarray:
    """(hop, chunk) float64 rows: row k is the atom of centre frequency (k + 1/2) / (2 hop) of the sampling rate. `kaiser`: alpha
    of slopes derived from a Kaiser window, 0: sines.

    analysis: coefficients = atoms @ chunk; synthesis: chunk = atoms.T @ coefficients.
    Raises ValueError unless hop <= chunk <= 2 hop and the overlap is even.
    """
    overlap = chunk - hop
    if not 0 <= overlap <= hop or overlap % 2:
        raise ValueError(f"hop {hop} and chunk {chunk}: expected hop <= chunk <= 2 hop and an even overlap")
    window = np.ones(chunk)
    if overlap:
        slope = _slope(overlap, kaiser)
        window[:overlap], window[hop:] = slope, slope[::-1]
    # The textbook transform is over 2 hop samples; the (hop - overlap) / 2 at each end are zero here and left out.
    position = np.arange(chunk) + (hop - overlap) / 2
    frequency = np.arange(hop)[:, np.newaxis] + 0.5
    basis = np.sqrt(2 / hop) * np.cos(np.pi / hop * (position + 0.5 + hop / 2) * frequency)
    return basis * window


def _slope(overlap: int, kaiser: float) -> np.ndarray:
    """(overlap,) of a rising slope, whose square and that of the same falling add up to one."""
    if not kaiser:
        return np.sin(np.pi / 2 * (np.arange(overlap) + 0.5) / overlap)
    area = np.cumsum(np.kaiser(overlap + 1, np.pi * kaiser))
    return np.sqrt(area[:overlap] / area[-1])
