"""Takes a codec's delay away before it is judged: by how much a decoded sound is late, and the sound moved back.

Codecs that keep the waveform are aligned by the peak of the cross-correlation. A parametric codec's waveform is not the
original's; where that peak is weak, the envelopes are correlated instead.
"""

from __future__ import annotations

import numpy as np

MOST_SECONDS = 0.15
WEAK = 0.3
"""Correlation below which a waveform is taken for another one."""
ENVELOPE_SECONDS = 0.008


def lag_samples(original: np.ndarray, decoded: np.ndarray, rate: int, most_seconds: float = MOST_SECONDS) -> int:
    """How many samples later (n,) `decoded` is than `original`; 0 if they have nothing in common."""
    most = round(most_seconds * rate)
    lag, correlation = _best_lag(original, decoded, most)
    if correlation < WEAK:
        first, second = (_level(sound, round(ENVELOPE_SECONDS * rate)) for sound in (original, decoded))
        lag, correlation = _best_lag(first - first.mean(), second - second.mean(), most)
    return lag if correlation >= WEAK else 0


def aligned(decoded: np.ndarray, lag: int, length: int) -> np.ndarray:
    """`decoded` moved back by `lag` samples (forward if negative) and cut or filled with zeros to `length`."""
    moved = decoded[lag:] if lag >= 0 else np.pad(decoded, (-lag, 0))
    return np.pad(moved[:length], (0, max(0, length - len(moved))))


def _best_lag(original: np.ndarray, decoded: np.ndarray, most: int) -> tuple[int, float]:
    """The lag within +-most of the highest correlation, and that correlation (at most 1)."""
    size = len(original) + len(decoded) + most
    size = 1 << (size - 1).bit_length()
    product = np.fft.rfft(decoded, size) * np.fft.rfft(original, size).conj()
    correlation = np.fft.irfft(product, size)
    lags = np.concatenate((np.arange(-most, 0), np.arange(most + 1)))
    norm = float(np.sqrt(np.sum(original.astype(np.float64) ** 2) * np.sum(decoded.astype(np.float64) ** 2)))
    if norm < 1e-12:
        return 0, 0.0
    best = int(np.argmax(correlation[lags]))
    return int(lags[best]), float(correlation[lags[best]]) / norm


def _level(sound: np.ndarray, width: int) -> np.ndarray:
    """(n,) -> (n,) RMS in a sliding window."""
    total = np.cumsum(np.pad(sound.astype(np.float64) ** 2, (width // 2 + 1, width - width // 2 - 1)))
    return np.sqrt(np.maximum(0, total[width:] - total[:-width]) / width)
