"""The sounds that quality is measured on: files of a folder, by kind, as the samples that every codec is given."""

from __future__ import annotations

import hashlib
from dataclasses import dataclass
from pathlib import Path

import numpy as np

from holostream.bench.codec_under_test import RATE, read_sound
from holostream.engine.audio_source import DEMO_VOICE
from holostream.format.audio_file import is_sound, sounds_below
from holostream.format.audio_writer import AudioWriter

KINDS = ("speech", "music", "env")
"""First words of file names; any other file is a `sound`, judged as speech too."""
OTHER = "sound"
LONGEST_SECONDS = 60.0


@dataclass(frozen=True)
class Clip:
    """A file and its kind."""

    path: Path
    kind: str

    @property
    def name(self) -> str:
        return self.path.stem

    @property
    def is_speech(self) -> bool:
        """Whether measures of speech apply."""
        return self.kind in ("speech", OTHER)


def kind_of(path: Path) -> str:
    """speech, music, env, or sound."""
    if path == Path(DEMO_VOICE):
        return "speech"
    first = path.name.split("_")[0]
    return first if first in KINDS else OTHER


def clips_in(data: Path | None, limit: int | None = None) -> list[Clip]:
    """All sounds below a folder, or one file; None is the bundled demo voice. `limit`: at most so many of each kind.

    Raises ValueError if there are none.
    """
    data = Path(DEMO_VOICE) if data is None else data
    files = ([data] if is_sound(data) else []) if data.is_file() else sounds_below(data)
    clips = [Clip(path, kind_of(path)) for path in files]
    if not clips:
        raise ValueError(f"{data} holds no WAV, FLAC, OGG or MP3 file to measure on; name a folder with --data")
    if limit is None:
        return clips
    kinds = [clip.kind for clip in clips]
    return [clip for place, clip in enumerate(clips) if kinds[:place].count(clip.kind) < limit]


def samples_of(clip: Clip) -> np.ndarray:
    """(n,) float32, mono at RATE, at most a minute, on the steps of 24 bits: what every codec gets and is compared to.

    Raises AudioFileError.
    """
    sound = np.clip(read_sound(clip.path, LONGEST_SECONDS), -1, 1 - 2.0**-23)
    return (np.round(sound * 2.0**23) / 2.0**23).astype(np.float32)


def digest_of(samples: np.ndarray) -> str:
    """SHA-256 of the samples, hex."""
    return hashlib.sha256(samples.astype("<f4").tobytes()).hexdigest()


def write_source(samples: np.ndarray, path: Path) -> None:
    """The samples as the WAV that codecs are given, 24 bits: what all of them read without loss."""
    with AudioWriter(path, RATE, 1, length=len(samples), subtype="PCM_24") as writer:
        writer.write(samples[np.newaxis])
