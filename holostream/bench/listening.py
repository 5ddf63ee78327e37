"""The sounds of the listening page: a few clips through every tier and a few rivals, each as a FLAC and a spectrogram."""

from __future__ import annotations

import re
import tempfile
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from pathlib import Path

import numpy as np

from holostream.bench.clip import Clip, samples_of
from holostream.bench.codec_score import decode_aligned
from holostream.bench.codec_under_test import RATE, CodecError, CodecUnderTest
from holostream.bench.spectrogram_picture import write_spectrogram
from holostream.bench.tier_codec import OURS
from holostream.format.audio_writer import AudioWriter

HEARD = {
    "Opus 20 ms": ("6", "12", "24", "64"),
    "Opus 5 ms": (),
    "Opus 2.5 ms": ("32", "64"),
    "MP3": ("16", "32", "64"),
    "Codec 2": ("3200",),
}
"""Settings of rivals that the page plays; of a further models folder, all."""


@dataclass(frozen=True)
class Heard:
    """One version of a clip: what made it, its bitrate (None: the original), its files below the page's folder."""

    label: str
    kbps: float | None
    sound: str
    picture: str


@dataclass(frozen=True)
class HeardClip:
    """A clip and its versions, the original first."""

    name: str
    kind: str
    seconds: float
    versions: tuple[Heard, ...]


def clips_to_hear(clips: Sequence[Clip], count: int) -> list[Clip]:
    """`count` of them, taken from each kind in turn."""
    by_kind: dict[str, list[Clip]] = {}
    for clip in clips:
        by_kind.setdefault(clip.kind, []).append(clip)
    turns = [clip for turn in range(count) for kind in ("speech", "music", "env", "sound")
             for clip in by_kind.get(kind, [])[turn : turn + 1]]  # fmt: skip
    return turns[:count]


def codecs_to_hear(codecs: Sequence[CodecUnderTest]) -> list[CodecUnderTest]:
    """All tiers and the settings in HEARD; whatever else there is, whole."""
    return [
        codec for codec in codecs if codec.series == OURS or codec.setting in HEARD.get(codec.series, (codec.setting,))
    ]


def write_listening(
    clips: Sequence[Clip],
    codecs: Sequence[CodecUnderTest],
    folder: Path,
    progress: Callable[[int, int, str], None] = lambda done, total, name: None,
) -> list[HeardClip]:
    """Code, decode and write everything below `folder`. A codec that cannot do a clip is missing from it."""
    heard, done, total = [], 0, len(clips) * len(codecs)
    for number, clip in enumerate(clips):
        original = samples_of(clip)
        place = folder / f"clip_{number + 1}"
        place.mkdir(parents=True, exist_ok=True)
        versions = [_write("original", None, original, place, folder)]
        for codec in codecs:
            label = f"tier {codec.setting}" if codec.series == OURS else f"{codec.series}, {codec.setting}"
            with tempfile.TemporaryDirectory(prefix="holostream-listening-") as temporary:
                try:
                    coded, sound, _ = decode_aligned(codec, original, Path(temporary))
                    bits = coded.file_bits if codec.series == OURS else coded.payload_bits
                    versions.append(_write(label, bits / len(original) * RATE / 1000, sound, place, folder))
                except CodecError:
                    pass
            done += 1
            progress(done, total, f"{label}: {clip.name}")
        heard.append(HeardClip(clip.name, clip.kind, len(original) / RATE, tuple(versions)))
    return heard


def _write(label: str, kbps: float | None, sound: np.ndarray, place: Path, folder: Path) -> Heard:
    stem = place / re.sub(r"[^a-z0-9]+", "_", label.lower())
    audio, picture = stem.with_suffix(".flac"), stem.with_suffix(".png")
    with AudioWriter(audio, RATE, 1, length=len(sound), subtype="PCM_16") as writer:
        writer.write(sound[np.newaxis])
    write_spectrogram(sound, RATE, picture)
    return Heard(label, kbps, audio.relative_to(folder).as_posix(), picture.relative_to(folder).as_posix())
