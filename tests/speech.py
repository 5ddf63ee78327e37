"""Sound that behaves like speech, from numpy alone: for tests that need voice without a recording of one.

A source and filter synthesizer in the manner of the FOF method (Rodet, 1984): every glottal pulse rings the
formant resonators once, so a voiced sound is the sum of their impulse responses at the pitch. Voices glide in
pitch, vowels differ in formants, hiss comes in bursts before some of them, and silence separates phrases.
"""

from __future__ import annotations

import numpy as np

# Frequencies of the first four formants in Hz: a, e, i, o, u, schwa (Peterson and Barney, 1952; rounded).
VOWELS = np.array(
    [
        (730, 1090, 2440, 3400),
        (530, 1840, 2480, 3500),
        (270, 2290, 3010, 3700),
        (570, 840, 2410, 3300),
        (300, 870, 2240, 3200),
        (500, 1500, 2500, 3500),
    ],
    np.float64,
)
BANDWIDTHS = np.array([80.0, 100.0, 140.0, 200.0])  # Hz
GAINS = np.array([1.0, 0.5, 0.25, 0.12])
RING_SECONDS = 0.02
PEAK = 0.5


def speech(seconds: float, rate: int, seed: int = 0) -> np.ndarray:
    """(round(seconds * rate),) float32 mono, peak 0.5; the same for the same arguments."""
    random = np.random.default_rng(seed)
    total = round(seconds * rate)
    sound = np.zeros(total + rate)
    base_pitch = random.uniform(90, 230)
    at = 0
    while at < total:
        for _ in range(random.integers(2, 6)):
            if random.random() < 0.5:
                at = _add(sound, at, _hiss(random.uniform(0.04, 0.09), rate, random))
            at = _add(sound, at, _vowel(random.uniform(0.1, 0.28), rate, base_pitch, random))
        at += round(random.uniform(0.12, 0.3) * rate)
    sound = sound[:total]
    return (PEAK * sound / max(np.abs(sound).max(initial=0), 1e-9)).astype(np.float32)


def _add(sound: np.ndarray, at: int, piece: np.ndarray) -> int:
    """Mix a piece in, as far as there is room; returns where the next one begins."""
    room = sound[at : at + len(piece)]
    room += piece[: len(room)]
    return at + len(piece)


def _vowel(seconds: float, rate: int, base_pitch: float, random: np.random.Generator) -> np.ndarray:
    samples = round(seconds * rate)
    glide = np.linspace(random.uniform(0.9, 1.2), random.uniform(0.75, 1.05), samples)
    cycles = np.cumsum(base_pitch * glide / rate)
    pulses = np.flatnonzero(np.diff(np.floor(cycles)))
    ring = np.arange(round(RING_SECONDS * rate)) / rate
    begin, end = VOWELS[random.choice(len(VOWELS), 2, replace=False)]
    formants = begin + (end - begin) * (pulses / samples)[:, None]
    formants = np.minimum(formants, 0.45 * rate)
    waves = np.sin(2 * np.pi * formants[:, :, None] * ring)
    envelopes = GAINS[:, None] * np.exp(-np.pi * BANDWIDTHS[:, None] * ring)
    grains = np.einsum("pft,ft->pt", waves, envelopes)
    sound = np.zeros(samples + len(ring))
    for at, grain in zip(pulses, grains, strict=True):
        sound[at : at + len(ring)] += grain
    return sound[:samples] * np.sqrt(np.hanning(samples))


def _hiss(seconds: float, rate: int, random: np.random.Generator) -> np.ndarray:
    """A fricative: white noise around one frequency."""
    samples = round(seconds * rate)
    spectrum = np.fft.rfft(random.standard_normal(samples))
    octaves = np.log2(np.maximum(np.fft.rfftfreq(samples, 1 / rate), 1) / random.uniform(2500, 6000))
    return 0.3 * np.fft.irfft(spectrum * np.exp(-((2 * octaves) ** 2)), samples) * np.hanning(samples)
