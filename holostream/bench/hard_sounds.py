"""Synthetic sounds that codecs stumble over, deterministic, with something different every second. (n,) float32 each.

silence       digital zeros
square        100 Hz, full scale
tones         sines of 60 Hz to 12 kHz, one after another, each faded in and out, silence between
castanets     bursts of noise, decaying within milliseconds, out of silence
choir         four notes, six detuned voices each, of ten harmonics, slowly swelling
whisper       noise through moving formants, in syllables
noise         white
hiss          noise above 5 kHz alone, as in an s
"""

from __future__ import annotations

import numpy as np

SECONDS = 3.0
PEAK = 0.5
TONES_HZ = (60, 220, 440, 1000, 3000, 7000, 12000)
FADE_SECONDS, PAUSE_SECONDS = 0.02, 0.06
CASTANET_SECONDS = 0.15
CHOIR_NOTES_HZ = (130.8, 164.8, 196.0, 261.6)
VOICES_PER_NOTE, VOICE_HARMONICS = 6, 10
DETUNE_CENTS = 25.0
HISS_HZ = 5000


def silence(rate: int) -> np.ndarray:
    return np.zeros(round(SECONDS * rate), np.float32)


def square(rate: int) -> np.ndarray:
    """The sign of a sine, at +-1."""
    return np.where(np.arange(round(SECONDS * rate)) * 100 // (rate // 2) % 2 == 0, 1.0, -1.0).astype(np.float32)


def tones(rate: int) -> np.ndarray:
    length, pause = round(SECONDS * rate) // len(TONES_HZ), round(PAUSE_SECONDS * rate)
    time = np.arange(length - pause)
    fade = np.sin(np.pi / 2 * np.minimum(1, np.minimum(time, time[::-1]) / (FADE_SECONDS * rate))) ** 2
    each = [np.pad(PEAK * fade * np.sin(2 * np.pi * hz / rate * time), (0, pause)) for hz in TONES_HZ]
    sound = np.concatenate(each)
    return np.pad(sound, (0, round(SECONDS * rate) - len(sound))).astype(np.float32)


def castanets(rate: int) -> np.ndarray:
    random = np.random.default_rng(1)
    sound = np.zeros(round(SECONDS * rate))
    time = np.arange(round(0.08 * rate)) / rate
    for begin in np.arange(0.1, SECONDS - 0.1, CASTANET_SECONDS):
        at = round((begin + random.uniform(-0.02, 0.02)) * rate)
        ring = np.sin(2 * np.pi * random.uniform(1800, 3200) * time) + 0.7 * random.standard_normal(len(time))
        burst = ring * np.exp(-time / random.uniform(0.003, 0.012))
        sound[at : at + len(burst)] += burst[: len(sound) - at]
    return (0.9 * sound / np.abs(sound).max()).astype(np.float32)


def choir(rate: int) -> np.ndarray:
    random = np.random.default_rng(2)
    time = np.arange(round(SECONDS * rate)) / rate
    sound = np.zeros(len(time))
    for note in CHOIR_NOTES_HZ:
        for _ in range(VOICES_PER_NOTE):
            hz = note * 2 ** (random.uniform(-DETUNE_CENTS, DETUNE_CENTS) / 1200)
            vibrato = 0.004 * hz * np.sin(2 * np.pi * random.uniform(4.5, 6.5) * time + random.uniform(0, 6.28))
            phase = 2 * np.pi * np.cumsum(hz + vibrato) / rate + random.uniform(0, 6.28)
            for harmonic in range(1, VOICE_HARMONICS + 1):
                sound += np.sin(harmonic * phase + random.uniform(0, 6.28)) / harmonic
    swell = 0.6 + 0.4 * np.sin(2 * np.pi * 0.5 * time)
    return (PEAK * sound * swell / np.abs(sound * swell).max()).astype(np.float32)


def whisper(rate: int) -> np.ndarray:
    random = np.random.default_rng(3)
    pieces: list[np.ndarray] = []
    while sum(len(piece) for piece in pieces) < SECONDS * rate:
        length = round(random.uniform(0.12, 0.3) * rate)
        spectrum = np.fft.rfft(random.standard_normal(length))
        hz = np.fft.rfftfreq(length, 1 / rate)
        shape = sum(
            np.exp(-(((hz - center) / width) ** 2))
            for center, width in zip(random.uniform((500, 1200, 2600, 5000), (900, 2200, 3400, 8000)),
                                     (200, 300, 400, 2000), strict=True)
        )  # fmt: skip
        pieces.append(np.fft.irfft(spectrum * shape, length) * np.hanning(length))
        pieces.append(np.zeros(round(random.uniform(0.02, 0.08) * rate)))
    sound = np.concatenate(pieces)[: round(SECONDS * rate)]
    return (0.1 * sound / np.abs(sound).max()).astype(np.float32)


def noise(rate: int) -> np.ndarray:
    sound = np.random.default_rng(4).standard_normal(round(SECONDS * rate))
    return (0.1 * sound).astype(np.float32)


def hiss(rate: int) -> np.ndarray:
    spectrum = np.fft.rfft(np.random.default_rng(5).standard_normal(round(SECONDS * rate)))
    spectrum[: round(HISS_HZ * SECONDS)] = 0
    return (0.2 * np.fft.irfft(spectrum, round(SECONDS * rate))).astype(np.float32)


HARD_SOUNDS = {
    "square": square,
    "tones": tones,
    "castanets": castanets,
    "choir": choir,
    "whisper": whisper,
    "noise": noise,
    "hiss": hiss,
}
"""All but silence, by name."""
