"""Reading audio files as streams, at any rate, in flat memory.

At equal rates samples pass untouched. What libsndfile keeps to itself is found out here: damage and missing ends.

A limit of libsndfile: a variable bit rate MP3 without the usual Xing header stops where libsndfile guesses
that it ends.
"""

from __future__ import annotations

import os
import re
from collections.abc import Iterator
from pathlib import Path
from typing import Self

import numpy as np
import soundfile

from holostream.format.audio_file import LONGEST_TAG, TAGS, AudioFileError, FilePath, reason, resampler
from holostream.format.holo_header import MAX_RATE

READ_FRAMES = 4096
LARGEST_PLAUSIBLE = 1e10  # a larger sample is damage as much as NaN is, and would overflow in the resampler
UNKNOWN_LENGTH = 2**62  # libsndfile states 2**63 - 1 frames for a FLAC that was written to a pipe
READ_RATES = range(1_000, MAX_RATE + 1)
MAGICS = (b"RIFF", b"RF64", b"fLaC", b"OggS", b"FORM", b"ID3")


class AudioReader:
    """A WAV, FLAC, OGG, MP3 or AIFF file as float32 blocks at `rate`. A context manager, read once.

    `lanes` 1 is the mean of all channels. `lanes` 2 is left and right; a file of one channel is heard in both
    lanes, and so is one of more than two, mixed down to the mean of its channels. `lanes` None is 1 for one
    channel, 2 for two, and 1 for more (the mean of all). The attribute `lanes` tells the choice.

    original_rate      Hz
    original_channels  as in the file
    bad_samples        number of NaN, infinite or absurdly large samples so far; they were replaced by 0
    frames_read        frames at the original rate so far; after the iteration the true length of the file
    truncated          the file ends before its header says so; what is there is delivered. Known from the
                       start for WAV, AIFF and OGG, only after the iteration for FLAC and MP3

    Raises AudioFileError if there is no such file, or not a sample in it that can be decoded.
    """

    def __init__(self, path: FilePath, rate: int, lanes: int | None = None) -> None:
        if lanes not in (None, 1, 2):
            raise ValueError(f"got {lanes} lanes, expected 1, 2 or None")
        self.path = Path(path)
        _check_is_audio(self.path)
        try:
            # As bytes where names are bytes: not all of them are UTF-8.
            self._file = _OneWayFile(os.fspath(self.path) if os.name == "nt" else os.fsencode(self.path))
        except (soundfile.LibsndfileError, TypeError) as error:  # TypeError: a name that ends in .raw
            known = isinstance(error, soundfile.LibsndfileError)
            why = reason(error) if known else "its name ends in .raw"
            raise AudioFileError(
                f"cannot decode {self.path} ({why}): it is damaged or of an unsupported kind, "
                f"try to convert it with: ffmpeg -i INPUT OUTPUT.wav"
            ) from error
        self.rate = rate
        self.original_rate: int = self._file.samplerate
        self.original_channels: int = self._file.channels
        self.lanes = lanes or (2 if self.original_channels == 2 else 1)
        self.bad_samples = 0
        self.frames_read = 0
        self.truncated = _log_tells_truncation(self._file.extra_info)
        guessed = self._file.format == "MP3" and not _mp3_states_length(self.path)
        unknown = guessed or self._file.frames >= UNKNOWN_LENGTH
        self._stated_length: int | None = None if unknown else self._file.frames
        self._ended = False
        if self.original_rate not in READ_RATES:
            self.close()
            raise AudioFileError(
                f"{self.path} states a sample rate of {self.original_rate} Hz, expected {READ_RATES[0]} to "
                f"{READ_RATES[-1]} Hz: its header is damaged"
            )
        self._buffer = np.empty((READ_FRAMES, self.original_channels), np.float32)
        self._first = self._decode()
        if not len(self._first):
            self.close()
            raise AudioFileError(f"{self.path} holds no samples: it is empty, or was cut off before its sound began")

    @property
    def tags(self) -> dict[str, str]:
        """Title, artist and comment, those there are."""
        texts = {name: str(getattr(self._file, name) or "")[:LONGEST_TAG].strip() for name in TAGS}
        return {name: text for name, text in texts.items() if text}

    @property
    def original_length(self) -> int:
        """Frames at the original rate, as the header states; if it is silent or wrong, `frames_read`."""
        return self.frames_read if self._ended or self._stated_length is None else self._stated_length

    def blocks(self, samples: int) -> Iterator[np.ndarray]:
        """(lanes, samples) float32 C-contiguous blocks at `rate`, the last one shorter.

        Together they have original_length * rate / original_rate samples, rounded. The file is read only
        once: a second iteration goes on where the first one stopped.
        """
        pieces: list[np.ndarray] = []
        waiting = 0
        for piece in self._resampled():
            pieces.append(piece)
            waiting += piece.shape[1]
            if waiting >= samples:
                joined = np.concatenate(pieces, axis=1)
                whole = waiting - waiting % samples
                for start in range(0, whole, samples):
                    yield joined[:, start : start + samples].copy()
                pieces = [joined[:, whole:].copy()]
                waiting -= whole
        if waiting:
            yield np.ascontiguousarray(np.concatenate(pieces, axis=1))

    def _resampled(self) -> Iterator[np.ndarray]:
        """(lanes, n) pieces at `rate`, n as it comes."""
        if self.rate == self.original_rate:
            for frames in self._decoded():
                yield frames.T
            return
        conversion = resampler(self.original_rate, self.rate, self.lanes)
        for frames in self._decoded():
            yield conversion.resample_chunk(frames).T
        yield conversion.resample_chunk(np.empty((0, self.lanes), np.float32), last=True).T

    def _decoded(self) -> Iterator[np.ndarray]:
        """(n, lanes) float32 frames at the original rate, without bad samples."""
        frames, self._first = self._first, self._first[:0]
        while len(frames) or not self._ended:
            bad = ~(np.abs(frames) <= LARGEST_PLAUSIBLE)
            self.bad_samples += int(np.count_nonzero(bad))
            frames[bad] = 0
            if self.original_channels != self.lanes:
                frames = np.repeat(frames.mean(axis=1, keepdims=True), self.lanes, axis=1)
            yield frames
            frames = self._decode()

    def _decode(self) -> np.ndarray:
        """The next (n, original_channels) frames as they are in the file; n is 0 at the end."""
        if self._ended:
            return self._buffer[:0]
        self._buffer.fill(np.nan)
        try:
            got = len(self._file.read(out=self._buffer))
        except soundfile.LibsndfileError:
            # A decoder that gives up midway (FLAC) has filled the buffer as far as it came, but does not say
            # how far that is.
            filled = np.flatnonzero(~np.isnan(self._buffer).all(axis=1))
            got = int(filled[-1]) + 1 if len(filled) else 0
            self._ended = self.truncated = True
        self.frames_read += got
        if not got:
            self._ended = True
            self.truncated |= self._stated_length is not None and self.frames_read < self._stated_length
        return self._buffer[:got].copy()

    def close(self) -> None:
        self._file.close()

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *error: object) -> None:
        self.close()


def read_whole(path: FilePath, rate: int, lanes: int | None, at_most_seconds: float) -> np.ndarray:
    """(lanes, n) float32 samples at `rate` of a short file; what is beyond `at_most_seconds` is not read.

    Raises AudioFileError as AudioReader does.
    """
    samples = max(1, round(at_most_seconds * rate))
    with AudioReader(path, rate, lanes) as reader:
        return next(reader.blocks(samples), np.zeros((reader.lanes, 0), np.float32))


class _OneWayFile(soundfile.SoundFile):
    """A SoundFile that is only read forwards.

    python-soundfile seeks to where it already is after every read of a seekable file; in a FLAC of unknown
    length that fails at the end and loses the last frames.
    """

    def seekable(self) -> bool:
        return False


def _check_is_audio(path: Path) -> None:
    """Raise AudioFileError unless the file begins like audio; libsndfile's rarer parsers are not trusted."""
    try:
        if path.exists() and not path.is_file():
            raise AudioFileError(f"cannot read {path}: it is a folder or a device, not an audio file")
        with open(path, "rb") as file:
            magic = file.read(4)
    except (OSError, ValueError) as error:  # ValueError: a name with a NUL character
        raise AudioFileError(f"cannot read {path}: {getattr(error, 'strerror', error)}") from error
    if not magic:
        raise AudioFileError(f"{path} is empty: it has 0 bytes")
    is_mp3 = len(magic) > 1 and magic[0] == 0xFF and magic[1] >= 0xE0
    if not magic.startswith(MAGICS) and not is_mp3:
        raise AudioFileError(
            f"{path} is not a WAV, FLAC, OGG, MP3 or AIFF file: if it is audio, convert it with: "
            f"ffmpeg -i INPUT OUTPUT.wav"
        )


def _log_tells_truncation(log: str) -> bool:
    """Whether libsndfile's log of the opening says that sound is missing; the length it states is corrected.

    A WAV that was written to a pipe states a size near 2**31 or 2**32, which says nothing.
    """
    stated = re.search(r"^ ?(?:data|SSND) : (\d+) \(should be", log, re.MULTILINE)
    if stated:
        return int(stated[1]) >> 12 not in (0x7FFFF, 0xFFFFF)
    return any(
        sign in log
        for sign in (
            "does not match value from 'ds64'",  # RF64
            "lacks an end-of-stream bit",  # OGG, cut between two pages
            "Junk after the last page",  # OGG, cut within a page
        )
    )


def _mp3_states_length(path: Path) -> bool:
    """Whether an MP3 has a Xing or Info header; without it libsndfile's length is a guess from its size."""
    with open(path, "rb") as file:
        tag = file.read(10)
        if tag.startswith(b"ID3") and len(tag) == 10:
            file.seek(10 + (tag[6] << 21 | tag[7] << 14 | tag[8] << 7 | tag[9]))
        else:
            file.seek(0)
        first = file.read(1024)
    return b"Xing" in first or b"Info" in first
