"""The measures of the quality bench, by name: one row each. `score` takes them all for one sound."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass

import numpy as np
import soxr

from holostream.bench import holo_audio_measures as holo_audio
from holostream.bench import perceptual_measures as perceptual
from holostream.bench import sound_measures as sound

VERSION = 1
"""Raised whenever a measure's definition changes: scores kept by an older one are no longer used."""

SPEECH_RATE, FULL_RATE = 16000, 48000
LATTICE = ("visqol", "ai_edge_litert")
Take = Callable[[np.ndarray, np.ndarray, int], float | None]


@dataclass(frozen=True)
class Measure:
    """`rate`: what both sounds are resampled to first. `speech_only`: means nothing for music. `modules`: it needs."""

    name: str
    label: str
    digits: int
    higher_is_better: bool
    take: Take
    rate: int = FULL_RATE
    speech_only: bool = False
    modules: tuple[str, ...] = ()


MEASURES = {
    measure.name: measure
    for measure in (
        Measure("pesq", "PESQ-WB", 2, True, perceptual.pesq_wb, SPEECH_RATE, True, ("pesq",)),
        Measure("estoi", "ESTOI", 3, True, perceptual.estoi, SPEECH_RATE, True, ("pystoi",)),
        Measure("visqol_speech", "ViSQOL speech", 2, True, perceptual.visqol_speech, SPEECH_RATE, True, LATTICE),
        Measure("visqol_audio", "ViSQOL audio", 2, True, perceptual.visqol_audio, modules=("visqol",)),
        Measure("mel", "mel distance", 2, False, sound.mel_distance),
        Measure("snr", "SNR dB", 1, True, lambda x, y, rate: sound.snr_db(x, y)),
        Measure("si_sdr", "SI-SDR dB", 1, True, lambda x, y, rate: sound.si_sdr_db(x, y)),
        Measure("psnr", "PSNR dB", 1, True, lambda x, y, rate: holo_audio.psnr_db(x, y)),
        Measure("lsd", "log-spectral dB", 1, False, lambda x, y, rate: sound.log_spectral_distance_db(x, y)),
        Measure("envelope", "envelope", 3, True, holo_audio.envelope_correlation),
        Measure("transients", "transients", 3, True, holo_audio.transient_preservation),
        Measure("phase", "phase", 3, True, lambda x, y, rate: holo_audio.phase_coherence(x, y)),
    )
}
"""In the order of the tables."""


def chosen_measures(text: str) -> tuple[str, ...]:
    """'pesq,mel' or 'all' -> names in the tables' order. Raises ValueError listing the names."""
    names = {part.strip() for part in text.split(",") if part.strip()}
    if names == {"all"}:
        return tuple(MEASURES)
    if unknown := sorted(names - set(MEASURES)):
        raise ValueError(f"there is no measure {unknown[0]!r}; --measures takes all, or some of {', '.join(MEASURES)}")
    if not names:
        raise ValueError(f"--measures is empty; name all, or some of {', '.join(MEASURES)}")
    return tuple(name for name in MEASURES if name in names)


def takeable(names: Sequence[str]) -> tuple[tuple[str, ...], str | None]:
    """Those whose packages are installed, and a sentence about the others, or None if there are no others."""
    missing = {name: absent for name in names if (absent := _absent(MEASURES[name]))}
    if not missing:
        return tuple(names), None
    modules = sorted({module for absent in missing.values() for module in absent})
    sentence = (
        f"not measured: {', '.join(MEASURES[name].label for name in missing)} "
        f"(not installed: {', '.join(modules)}); run {perceptual.INSTALL}"
    )
    return tuple(name for name in names if name not in missing), sentence


def _absent(measure: Measure) -> list[str]:
    return [module for module in measure.modules if not perceptual.is_installed(module)]


def score(
    original: np.ndarray, decoded: np.ndarray, rate: int, names: Sequence[str], is_speech: bool
) -> dict[str, float | None]:
    """All of `names` for two aligned (n,) sounds; None where a measure does not apply or refuses."""
    at_rate = {rate: (original.astype(np.float64), decoded.astype(np.float64))}
    found: dict[str, float | None] = {}
    for measure in (MEASURES[name] for name in names):
        if measure.speech_only and not is_speech:
            found[measure.name] = None
            continue
        if measure.rate not in at_rate:
            first, second = at_rate[rate]
            at_rate[measure.rate] = soxr.resample(first, rate, measure.rate), soxr.resample(second, rate, measure.rate)
        value = measure.take(*at_rate[measure.rate], measure.rate)
        found[measure.name] = value if value is not None and np.isfinite(value) else None
    return found
