"""The measures that HOLO-Audio reports, beside SNR and log-spectral distance which `sound_measures` has.

That project names them without defining them; here they are as commonly done, the formula in each docstring. All take
two aligned (n,) float arrays of one length and return 1 (PSNR: a large number) for the same sound.
"""

from __future__ import annotations

import numpy as np

ENVELOPE_SECONDS = 0.005
PHASE_WINDOW, PHASE_STEP = 1024, 256
ONSET_WINDOW_SECONDS, ONSET_STEP_SECONDS = 0.010, 0.0025


def psnr_db(original: np.ndarray, decoded: np.ndarray) -> float:
    """10 log10(max |x|^2 / mean (x - y)^2): the peak of the original over the mean error, dB."""
    error = float(np.mean((original - decoded) ** 2))
    return 10 * float(np.log10((np.max(np.abs(original)) ** 2 + 1e-20) / (error + 1e-20)))


def envelope_correlation(original: np.ndarray, decoded: np.ndarray, rate: int) -> float:
    """Pearson's correlation of the two amplitude envelopes; 0 if one of them is constant.

    Envelope: the magnitude of the analytic signal (Hilbert), averaged over 5 ms.
    """
    first, second = (envelope(sound, rate) for sound in (original, decoded))
    first, second = first - first.mean(), second - second.mean()
    norm = float(np.sqrt(np.sum(first**2) * np.sum(second**2)))
    return float(np.sum(first * second)) / norm if norm > 1e-12 else 0.0


def envelope(sound: np.ndarray, rate: int) -> np.ndarray:
    """(n,) -> (n / 5 ms,) mean magnitudes of the analytic signal."""
    length = len(sound)
    spectrum = np.fft.fft(sound)
    spectrum[1 : (length + 1) // 2] *= 2
    spectrum[length // 2 + 1 :] = 0
    magnitude = np.abs(np.fft.ifft(spectrum))
    width = max(1, round(ENVELOPE_SECONDS * rate))
    return magnitude[: length // width * width].reshape(-1, width).mean(axis=1)


def transient_preservation(original: np.ndarray, decoded: np.ndarray, rate: int) -> float:
    """The share of the original's onsets that the decoded sound has at the same time: sum min(f, g) / sum f.

    f and g are spectral fluxes, sum over frequency of max(0, |X(t)| - |X(t - 1)|), in windows of 10 ms every 2.5 ms.
    A lost or smeared onset lowers it; an added one does not (noise measures see that). 1 for a sound without onsets.
    """
    ours, theirs = onset_strength(decoded, rate), onset_strength(original, rate)
    total = float(theirs.sum())
    return float(np.minimum(ours, theirs).sum()) / total if total > 1e-9 else 1.0


def onset_strength(sound: np.ndarray, rate: int) -> np.ndarray:
    """(n,) -> (frames,) spectral flux."""
    window, step = round(ONSET_WINDOW_SECONDS * rate), round(ONSET_STEP_SECONDS * rate)
    return np.maximum(0, np.diff(np.abs(short_time_spectra(sound, window, step)), axis=0)).sum(axis=1)


def phase_coherence(original: np.ndarray, decoded: np.ndarray) -> float:
    """Re sum X conj(Y) / sum |X| |Y| over all short-time spectra: the mean cosine of the phase error, by energy.

    1: phases are equal, 0: unrelated, -1: inverted. Magnitudes only weigh. 0 if one of the sounds is silent.
    """
    ours, theirs = (short_time_spectra(sound, PHASE_WINDOW, PHASE_STEP) for sound in (decoded, original))
    weight = float((np.abs(ours) * np.abs(theirs)).sum())
    return float((theirs * ours.conj()).real.sum()) / weight if weight > 1e-12 else 0.0


def short_time_spectra(sound: np.ndarray, window: int, step: int) -> np.ndarray:
    """(frames, window / 2 + 1) complex spectra of Hann windows; the sound is padded by half a window at each end."""
    padded = np.pad(sound, (window // 2, window // 2 + step))
    frames = np.lib.stride_tricks.sliding_window_view(padded, window)[::step]
    return np.fft.rfft(frames * np.hanning(window + 1)[:-1], axis=1)
