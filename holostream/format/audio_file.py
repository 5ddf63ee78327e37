"""What reading and writing audio files share: their error, their suffixes' formats, the rate conversion.

Decoding and encoding are libsndfile's (through python-soundfile) in `audio_reader` and `audio_writer`, rate conversion
is soxr's HQ, which makes up for its own delay: a file read at another rate and written back at its own stays aligned
with the original.
"""

from __future__ import annotations

import os
from pathlib import Path

import soxr

from holostream.error import HolostreamError

FilePath = str | os.PathLike[str]
SUFFIXES = (".wav", ".flac", ".ogg", ".mp3")

TAGS, LONGEST_TAG = ("title", "artist", "comment"), 2000
"""What goes along from an audio file to a recording and back, and how many characters of each."""


class AudioFileError(HolostreamError):
    """An audio file cannot be read or written; the message is one sentence for the user."""


def is_sound(path: Path) -> bool:
    """By its name."""
    return path.suffix.lower() in SUFFIXES


def sounds_below(folder: Path) -> list[Path]:
    """Audio files in a folder and in those within it or linked to, in the order of their paths; not what macOS keeps beside
    each, `._name`. A folder that several ways lead to counts once, under a name without links if it has one."""
    found, seen, waiting = list[Path](), set[str](), [folder]
    for top in waiting:  # which grows by the links that are met
        for place, folders, names in os.walk(top):
            if (real := os.path.realpath(place)) in seen:
                folders.clear()
                continue
            seen.add(real)
            folders.sort()
            waiting += [path for name in folders if (path := Path(place, name)).is_symlink()]
            found += [path for name in names if is_sound(path := Path(place, name)) and not name.startswith("._") and path.is_file()]
    return sorted(found)


def resampler(rate_in: float, rate_out: float, lanes: int) -> soxr.ResampleStream:
    """Streaming, float32, (n, lanes) blocks."""
    return soxr.ResampleStream(rate_in, rate_out, lanes, dtype="float32", quality="HQ")


def reason(error: Exception) -> str:
    """What libsndfile says is wrong, fit to stand within a sentence."""
    return str(getattr(error, "error_string", error)).removeprefix("Error : ").rstrip(".")
