"""Entropy tables of every tier, learned from made-up DNA with the statistics of sound: slow, small codes."""

from __future__ import annotations

from dataclasses import fields, replace
from functools import cache

import numpy as np

from holostream.codec.dna import Dna
from holostream.codec.polar_code import PHASES
from holostream.codec.tier import layers_of
from holostream.format.entropy_tables import EntropyTables
from holostream.format.table_learning import frequencies_of, learn_tables
from holostream.format.told_words import WORD_ROWS, WORD_SYMBOLS, told_phases


def sound_like(lanes: int, frames: int, harmonics: int, seed: int) -> Dna:
    """Amplitudes that wander and fall with frequency, phases as an encoder makes them."""
    random = np.random.default_rng(seed)
    steps = random.normal(0, 0.4, (lanes, frames, harmonics))
    level = np.zeros_like(steps)
    for frame in range(1, frames):
        level[:, frame] = 0.9 * level[:, frame - 1] + steps[:, frame]
    falling = 3.0 / (1 + np.arange(harmonics) % 64 / 8)
    amplitudes = np.clip(np.round(np.abs(level) * falling), 0, 40).astype(np.uint8)
    phases = (random.integers(0, 1 << 16, amplitudes.shape) % PHASES[amplitudes]).astype(np.uint8)
    gains = np.clip(40 + np.cumsum(random.integers(-1, 2, (lanes, frames)), axis=1), 1, 63).astype(np.uint8)
    return Dna(gains, amplitudes, phases)


def telling_sound(lanes: int, frames: int, harmonics: int, seed: int) -> Dna:
    """The same, but its last pair of the first layer tells of noise: words that stay for a while."""
    sound, random = sound_like(lanes, frames, harmonics, seed), np.random.default_rng(seed)
    telling = min(harmonics, 64) - 1
    for lane in range(lanes):
        words = np.repeat(random.choice((0, 2, 7, 11), frames), random.integers(1, 12, frames))[:frames]
        sound.amplitudes[lane, :, telling] = np.digitize(words, (1, 6))
        sound.phases[lane, :, telling] = words - np.array([0, 1, 6])[np.digitize(words, (1, 6))]
    return sound


@cache
def tables_of(harmonics: int, tells: bool = False) -> EntropyTables:
    """Learned once a test run."""
    make = telling_sound if tells else sound_like
    return learn_tables([make(1, 400, harmonics, seed) for seed in range(2)], layers_of(harmonics, 128), tells)


@cache
def former_tables_of(harmonics: int) -> EntropyTables:
    """Of version 2, which programs before learned and nothing learns any more: of words, only phases are coded by tables."""
    sounds = [telling_sound(1, 400, harmonics, seed) for seed in range(2)]
    counts = np.full((WORD_ROWS, WORD_SYMBOLS), 0.2)
    telling = min(harmonics, 64) - 1
    for sound in sounds:
        for rows, phases in told_phases(sound.amplitudes[..., telling], sound.phases[..., telling]):
            np.add.at(counts, (rows, phases), 1)
    return replace(learn_tables(sounds, layers_of(harmonics, 128)), told_phases=frequencies_of(counts))


@cache
def nested_tables_of(harmonics: int, split: int = 5, tells: bool = True) -> EntropyTables:
    """Of version 4, of tiers in layers."""
    make = telling_sound if tells else sound_like
    return learn_tables([nested_codes(make(1, 400, harmonics, seed), split, tells) for seed in range(2)], layers_of(harmonics, 128), tells, split)


def nested_codes(dna: Dna, split: int, tells: bool) -> Dna:
    """The same codes in layers that lie within each other: digits are some digit or other."""
    layers = max(1, dna.harmonics // 64)
    amplitudes, phases = (codes.reshape(*codes.shape[:2], layers, -1) for codes in (dna.amplitudes, dna.phases))
    telling = np.arange(amplitudes.shape[-1]) == (amplitudes.shape[-1] - 1 if tells else -1)
    for layer in range(1, layers):
        digits = (amplitudes[:, :, :layer] > 0).any(2) & ~telling
        for codes in (amplitudes, phases):
            codes[:, :, layer][digits] %= split
    return dna


def every_version(harmonics: int) -> tuple[EntropyTables, ...]:
    """1, 2, 3 and, of tiers in layers, 4 with and without words."""
    former = tables_of(harmonics), former_tables_of(harmonics), tables_of(harmonics, tells=True)
    if harmonics <= 64:
        return former
    return *former, nested_tables_of(harmonics), nested_tables_of(harmonics, 3, tells=False)


def same(one: EntropyTables, other: EntropyTables) -> bool:
    names = [field.name for field in fields(EntropyTables)]
    return all(np.array_equal(getattr(one, name), getattr(other, name)) for name in names)
