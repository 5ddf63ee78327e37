"""Audio files for training: found, read once, split, cut into random segments and varied.

Every file is read at the model's rate into one memory-mapped cache of 16-bit samples, so that a corpus may be larger
than memory and a second run starts at once. Held-out files are chosen by a hash of their path within the folder: the
same ones on every machine and in every run, whatever else is added.
"""

from __future__ import annotations

import contextlib
import hashlib
import json
import math
import os
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from pathlib import Path

import numpy as np
import soxr

from holostream.format.audio_file import AudioFileError, sounds_below
from holostream.format.audio_reader import AudioReader
from holostream.format.in_the_making import in_the_making, mark_in_the_making
from holostream.format.new_file import new_file
from holostream.training.training_error import TrainingError

HELD_OUT_SHARE = 0.05
LEAST_SECONDS = 20.0
SILENT_PEAK = 1e-4
CLIPPED_SHARE = 0.01
BLOCK_SECONDS = 10
ENOUGH_OF_ONE = 30.0
"""Seconds of a file to learn tables and noise words from, if there are others: many voices teach more than much of one."""


@dataclass(frozen=True)
class Corpus:
    """Samples of all files behind each other, (n,) int16, and where each begins and ends."""

    samples: np.ndarray
    names: tuple[str, ...]
    starts: np.ndarray
    lengths: np.ndarray
    held_out: np.ndarray
    skipped: tuple[str, ...]
    """One sentence for each file that was left out."""
    rate: int
    digest: str
    """SHA-256 over names and samples, first 16 digits: what a model card names the data by."""

    def seconds(self, held_out: bool) -> float:
        return float(self.lengths[self.held_out == held_out].sum()) / self.rate

    def part(self, index: int) -> np.ndarray:
        """(n,) float32 samples of one file."""
        start = int(self.starts[index])
        return self.samples[start : start + int(self.lengths[index])].astype(np.float32) / 32768.0


def is_held_out(name: str) -> bool:
    """One file in twenty, by its name alone."""
    return int(hashlib.sha256(os.fsencode(name)).hexdigest()[:8], 16) / 2**32 < HELD_OUT_SHARE


def read_corpus(
    folder: Path, cache: Path, rate: int, progress: Callable[[float, str], None] = lambda fraction, name: None
) -> Corpus:
    """All audio files under `folder`, from `cache` if it holds them already.

    Raises TrainingError if there is not enough to train on; unreadable, silent, clipped or NaN files are skipped and named.
    """
    if not folder.is_dir():
        raise TrainingError(
            f"{folder} is not a folder; put WAV, FLAC, OGG or MP3 files into one and name it with --data"
        )
    files = sounds_below(folder)
    if not files:
        raise TrainingError(
            f"{folder} holds no WAV, FLAC, OGG or MP3 file; training needs at least {LEAST_SECONDS:g} s of sound"
        )
    stamp = hashlib.sha256(
        json.dumps(
            [rate, [(str(f.relative_to(folder)), f.stat().st_size, f.stat().st_mtime_ns) for f in files]]
        ).encode()
    ).hexdigest()[:16]
    cache.mkdir(parents=True, exist_ok=True)
    index, data = cache / f"{stamp}.json", cache / f"{stamp}.int16"
    if (facts := _cached(index, data)) is None:
        facts = _fill_cache(folder, files, rate, index, data, progress)
        _forget_others(cache, stamp)
    lengths = np.array(facts["lengths"], np.int64)
    if lengths.sum() < LEAST_SECONDS * rate:
        reasons = f" ({'; '.join(facts['skipped'][:3])})" if facts["skipped"] else ""
        raise TrainingError(
            f"{folder} holds {lengths.sum() / rate:.1f} s of usable sound{reasons}; training needs at least {LEAST_SECONDS:g} s"
        )
    held_out = np.array([is_held_out(name) for name in facts["names"]], bool)
    if held_out.all() or not held_out.any():
        held_out = np.arange(len(lengths)) == int(np.argmin(lengths))
    if len(lengths) == 1:
        raise TrainingError(f"{folder} holds one usable file; training needs at least two, one of them to measure on")
    return Corpus(
        np.memmap(data, np.int16, "r"), tuple(facts["names"]), np.cumsum(lengths) - lengths, lengths, held_out,
        tuple(facts["skipped"]), rate, facts["digest"],
    )  # fmt: skip


def _cached(index: Path, data: Path) -> dict | None:
    """What the cache says of its samples; None if it has none, or is damaged."""
    try:
        facts = json.loads(index.read_text(encoding="utf-8"))
        return facts if data.stat().st_size == 2 * sum(facts["lengths"]) else None
    except (OSError, ValueError, KeyError, TypeError):
        return None


def _forget_others(cache: Path, kept: str) -> None:
    """Former copies of the sounds, and what a kill left of unfinished ones, but none that another training is making."""
    copies: dict[str, list[Path]] = {}
    for path in (path for kind in ("json", "int16") for path in cache.glob(f"*.{kind}*")):
        copies.setdefault(path.name.lstrip(".").split(".")[0], []).append(path)
    for stamp, paths in copies.items():
        with contextlib.suppress(OSError):
            if stamp != kept and not any(map(in_the_making, paths)):
                for path in paths:
                    path.unlink()


def _fill_cache(
    folder: Path, files: list[Path], rate: int, index: Path, data: Path, progress: Callable[[float, str], None]
) -> dict:
    """What the cache says of its samples then."""
    names, lengths, skipped = [], [], []
    digest = hashlib.sha256()
    with new_file(data) as out:
        mark_in_the_making(out)
        for number, path in enumerate(files):
            name = str(path.relative_to(folder))
            progress(number / len(files), name)
            try:
                with AudioReader(path, rate, 1) as reader:
                    blocks = [
                        np.clip(np.rint(block[0] * 32767), -32768, 32767).astype(np.int16)
                        for block in reader.blocks(BLOCK_SECONDS * rate)
                    ]
                    bad = reader.bad_samples
            except AudioFileError as error:
                skipped.append(str(error))
                continue
            samples = np.concatenate([np.zeros(0, np.int16), *blocks])
            del blocks
            if reason := unfit(samples, bad, rate):
                skipped.append(f"{name} {reason}")
                continue
            out.write(samples.data)
            digest.update(os.fsencode(name))
            digest.update(samples.data)
            names.append(name)
            lengths.append(len(samples))
        facts = {"names": names, "lengths": lengths, "skipped": skipped, "digest": digest.hexdigest()[:16]}
        with new_file(index) as words:
            words.write(json.dumps(facts).encode())
    return facts


def unfit(samples: np.ndarray, bad: int, rate: int) -> str | None:
    """Why (n,) int16 samples are not trained on, or None."""
    if bad:
        return f"holds {bad} samples that are not numbers"
    if len(samples) < rate // 2:
        return "is shorter than half a second"
    peak = max(int(samples.max()), -int(samples.min()))
    if peak < SILENT_PEAK * 32768:
        return "is silent"
    if np.count_nonzero(samples >= 32700) + np.count_nonzero(samples <= -32700) > CLIPPED_SHARE * len(samples):
        return "is clipped"
    return None


def training_sounds(corpus: Corpus, seconds: float) -> Iterator[np.ndarray]:
    """Beginnings of training files spread over the corpus, (1, n) float32, `seconds` in all, or all there is."""
    indices = np.flatnonzero(~corpus.held_out)
    most = max(ENOUGH_OF_ONE, level_share(corpus.lengths[indices] / corpus.rate, seconds))
    np.random.default_rng(0).shuffle(indices)
    for index in indices:
        if seconds <= 0:
            return
        sound = corpus.part(int(index))[: round(min(most, seconds) * corpus.rate)]
        seconds -= len(sound) / corpus.rate
        yield sound[np.newaxis]


def level_share(lengths: np.ndarray, total: float) -> float:
    """How much of each of (n,) `lengths` to take, or all of it where it is shorter, so that it comes to `total`; infinite if
    there is no more than that."""
    rising = np.sort(lengths)
    shorter = np.cumsum(rising) - rising
    shares = (total - shorter) / np.arange(len(rising), 0, -1)
    enough = shares <= rising
    return float(shares[enough.argmax()]) if enough.any() else math.inf


def random_segment(corpus: Corpus, generator: np.random.Generator, samples: int) -> np.ndarray:
    """(samples,) float32 from a training file, chosen in proportion to its length; shorter files are padded."""
    weights = np.where(corpus.held_out, 0, corpus.lengths)
    index = int(generator.choice(len(weights), p=weights / weights.sum()))
    sound = corpus.part(index) if corpus.lengths[index] < samples else None
    if sound is not None:
        return np.pad(sound, (0, samples - len(sound)))
    start = int(corpus.starts[index] + generator.integers(0, corpus.lengths[index] - samples + 1))
    return corpus.samples[start : start + samples].astype(np.float32) / 32768.0


TONE_SHARE = 0.06
"""Of segments that are bare tones: without any, a network lets a steady tone flutter."""
LOWEST_TONE, HIGHEST_TONE = 50.0, 14_000.0
SLOWEST_EDGE = 0.3
"""Seconds that a tone takes to come or go: a network must follow it down to nothing."""


def tone_segment(generator: np.random.Generator, samples: int, rate: int) -> np.ndarray:
    """(samples,) float32: one to three sines, steady or gliding by up to a semitone, that come and go, with silence around."""
    time = np.arange(samples) / rate
    sound = np.zeros(samples)
    for _ in range(generator.integers(1, 4)):
        hz = LOWEST_TONE * (HIGHEST_TONE / LOWEST_TONE) ** generator.random()
        glide = generator.choice([0.0, generator.uniform(-1, 1) / 12]) / max(time[-1], 1e-9)
        phase = 2 * np.pi * (hz * time * (1 + 0.35 * glide * time) + generator.random())
        sound += generator.uniform(0.1, 1.0) * np.sin(phase)
    begin, end = sorted(generator.uniform(-0.3, 1.3, 2) * samples)
    edge = 0.005 * (SLOWEST_EDGE / 0.005) ** generator.random() * rate
    rise = np.clip((np.arange(samples) - begin) / edge, 0, 1) * np.clip((end - np.arange(samples)) / edge, 0, 1)
    return (0.3 * sound * np.sin(np.pi / 2 * rise) ** 2).astype(np.float32)


def varied_segment(corpus: Corpus, generator: np.random.Generator, samples: int) -> np.ndarray:
    """A random segment as a microphone might have it: another level, mixed, tilted, resampled, band-limited; or tones."""
    if generator.random() < TONE_SHARE:
        return tone_segment(generator, samples, corpus.rate) * np.float32(10 ** (generator.uniform(-40, 0) / 20))
    stretch = float(np.exp(generator.uniform(-0.2, 0.2))) if generator.random() < 0.5 else 1.0
    sound = random_segment(corpus, generator, int(np.ceil(samples * stretch)) + 1)
    if stretch != 1.0:
        sound = soxr.resample(sound, corpus.rate * stretch, corpus.rate, quality="MQ")
    sound = np.pad(sound, (0, max(0, samples - len(sound))))[:samples]
    if generator.random() < 0.2:
        other = random_segment(corpus, generator, samples)
        sound = sound + other * np.float32(10 ** (generator.uniform(-30, 0) / 20))
    if generator.random() < 0.4:
        sound = _filtered(sound, generator, corpus.rate)
    peak = np.abs(sound).max()
    if peak > 0:
        sound = sound * np.float32(10 ** (generator.uniform(-45, 0) / 20) / max(peak, 0.05))
    return np.clip(sound, -1.0, 1.0)


def _filtered(sound: np.ndarray, generator: np.random.Generator, rate: int) -> np.ndarray:
    """Random tilt of up to 6 dB an octave around 1 kHz, and now and then a band limit, in the frequency domain."""
    spectrum = np.fft.rfft(sound)
    frequency = np.fft.rfftfreq(len(sound), 1 / rate)
    octaves = np.log2(np.maximum(frequency, 50.0) / 1000.0)
    gain = 10 ** (np.clip(generator.uniform(-4, 4) * octaves, -24, 24) / 20)
    if generator.random() < 0.3:
        edge = generator.uniform(3000, 16000)
        gain = gain / np.sqrt(1 + (frequency / edge) ** 16)
    return np.fft.irfft(spectrum * gain, len(sound)).astype(np.float32)
