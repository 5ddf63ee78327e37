"""How close a decoded sound is to the original, in numbers that need no listener. All take (n,) float arrays.

The two must be aligned and equally long; `codec_score` sees to that.
"""

from __future__ import annotations

import numpy as np

from holostream.bench.holo_audio_measures import short_time_spectra

WINDOW, STEP = 2048, 512
MEL_BANDS = 80
FLOOR = 1e-5
"""About -100 dB of full scale: what lies below is nobody's concern."""


def snr_db(original: np.ndarray, decoded: np.ndarray) -> float:
    """Energy of the original over that of the error, dB."""
    error = float(np.sum((original - decoded) ** 2))
    return 10 * float(np.log10((np.sum(original**2) + 1e-20) / (error + 1e-20)))


def si_sdr_db(original: np.ndarray, decoded: np.ndarray) -> float:
    """Scale-invariant signal-to-distortion ratio (Le Roux et al. 2019), dB."""
    scale = float(np.dot(original, decoded)) / (float(np.dot(original, original)) + 1e-20)
    target = scale * original
    return 10 * float(np.log10((np.sum(target**2) + 1e-20) / (np.sum((decoded - target) ** 2) + 1e-20)))


def spectrogram(sound: np.ndarray) -> np.ndarray:
    """(frames, WINDOW / 2 + 1) magnitudes, a full-scale sine reaching 1/2."""
    return np.abs(short_time_spectra(sound, WINDOW, STEP)) * (2 / WINDOW)


def log_spectral_distance_db(original: np.ndarray, decoded: np.ndarray) -> float:
    """Root mean square difference of the log spectra within each frame, averaged over frames, dB (Gray & Markel 1976)."""
    ours, theirs = (20 * np.log10(spectrogram(sound) + FLOOR) for sound in (decoded, original))
    return float(np.sqrt(((ours - theirs) ** 2).mean(axis=1)).mean())


def mel_distance(original: np.ndarray, decoded: np.ndarray, rate: int) -> float:
    """Mean absolute difference of the natural-log mel spectra, nepers: what neural codecs call mel distance."""
    bands = mel_bands(rate)
    ours, theirs = (np.log(spectrogram(sound) @ bands + FLOOR) for sound in (decoded, original))
    return float(np.abs(ours - theirs).mean())


def mel_bands(rate: int) -> np.ndarray:
    """(WINDOW / 2 + 1, MEL_BANDS) triangular bands, equally wide on the mel scale (O'Shaughnessy 1987), unit peak."""
    edges = 700 * (10 ** (np.linspace(0, 2595 * np.log10(1 + rate / 2 / 700), MEL_BANDS + 2) / 2595) - 1)
    frequency = np.linspace(0, rate / 2, WINDOW // 2 + 1)[:, np.newaxis]
    rise = (frequency - edges[:-2]) / (edges[1:-1] - edges[:-2])
    fall = (edges[2:] - frequency) / (edges[2:] - edges[1:-1])
    return np.clip(np.minimum(rise, fall), 0, None)
