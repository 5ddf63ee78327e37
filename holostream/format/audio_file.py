"""Reading and writing audio files as streams, at any rate, in flat memory. Only this file imports soundfile.

Decoding is libsndfile's (through python-soundfile), rate conversion is soxr's HQ, which makes up for its own
delay: a file read at another rate and written back at its own stays aligned with the original. At equal rates
samples pass untouched. What libsndfile keeps to itself is found out here: damage, missing ends, a full disk.

Not done here: choosing file names, or seeing to it that an output is not also an input.

A limit of libsndfile: a variable bit rate MP3 without the usual Xing header stops where libsndfile guesses
that it ends.
"""

from __future__ import annotations

import io
import os
import re
import secrets
import struct
from collections.abc import Iterator
from pathlib import Path
from typing import NoReturn, Self

import numpy as np
import soundfile
import soxr

READ_FRAMES = 4096
WRITE_FRAMES = 4096  # libvorbis overflows its stack, killing the process, on blocks of millions of frames
LARGEST_PLAUSIBLE = 1e10  # a larger sample is damage as much as NaN is, and would overflow in the resampler
UNKNOWN_LENGTH = 2**62  # libsndfile states 2**63 - 1 frames for a FLAC that was written to a pipe
LARGEST_WAV = 2**32 - 8  # bytes; the sizes in a WAV header have 32 bits
LARGEST_HEADER = 1024  # bytes, more than any WAV header written here
HIGHEST_OGG_RATE = 200_000  # libsndfile 1.2.2 crashes the process above it
READ_RATES = range(1_000, 1_000_001)

# suffix -> (libsndfile format, subtypes, the first is the default)
FORMATS = {
    ".wav": ("WAV", ("FLOAT", "PCM_16", "PCM_24")),
    ".flac": ("FLAC", ("PCM_24", "PCM_16")),
    ".ogg": ("OGG", ("VORBIS",)),
    ".mp3": ("MP3", ("MPEG_LAYER_III",)),
}
MAGICS = (b"RIFF", b"RF64", b"fLaC", b"OggS", b"FORM", b"ID3")
FilePath = str | os.PathLike[str]


class AudioFileError(Exception):
    """An audio file cannot be read or written; the message is one sentence for the user."""


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
            self._file = _OneWayFile(os.fspath(self.path))
        except (soundfile.LibsndfileError, TypeError) as error:  # TypeError: a name that ends in .raw
            known = isinstance(error, soundfile.LibsndfileError)
            reason = _reason(error) if known else "its name ends in .raw"
            raise AudioFileError(
                f"cannot decode {self.path} ({reason}): it is damaged or of an unsupported kind, "
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
        resampler = _resampler(self.original_rate, self.rate, self.lanes)
        for frames in self._decoded():
            yield resampler.resample_chunk(frames).T
        yield resampler.resample_chunk(np.empty((0, self.lanes), np.float32), last=True).T

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


class AudioWriter:
    """Writes (lanes, n) blocks to `path`, in the format that its suffix names. A context manager.

    rate, channels  of the file; channels 1 or 2
    model_rate      Hz of the blocks, `rate` if None
    length          frames in the file: the sound is trimmed, or followed by zeros, to have exactly that many.
                    None: as long as what was written
    subtype         "PCM_16", "PCM_24", or for .wav "FLOAT". None is FLOAT for .wav, so that a file holds what
                    was heard sample for sample, and PCM_24 for .flac. All but FLOAT clip to [-1, 1] and store
                    NaN as 0

    One lane is heard in both channels of a file with two; two lanes are averaged into one channel.

    The sound grows in a hidden `.part` file in the same folder, which takes the target's name at a successful
    close. After any error, and when the `with` block is left by an exception, the part is removed, and a file
    that was there before is still what it was.

    A .wav is a plain WAV where `length` says beforehand that it stays under 4 GB. Otherwise it begins as RF64
    (EBU Tech 3306), and at the close becomes a plain WAV if it fits.

    Raises AudioFileError for a name, rate or subtype that cannot be written, a full disk, nothing to write.
    """

    def __init__(
        self,
        path: FilePath,
        rate: int,
        channels: int,
        model_rate: int | None = None,
        length: int | None = None,
        subtype: str | None = None,
    ) -> None:
        if channels not in (1, 2):
            raise ValueError(f"got {channels} channels, expected 1 or 2")
        self.path = Path(path)
        self.rate = rate
        self.channels = channels
        self.model_rate = rate if model_rate is None else model_rate
        self.length = length
        self.frames_written = 0
        self._resampler: soxr.ResampleStream | None = None
        self._lanes: int | None = None
        self._closed = False

        kind, subtype = _format_of(self.path, subtype)
        self._clips = subtype != "FLOAT"
        if kind == "WAV":
            frame_bytes = channels * {"FLOAT": 4, "PCM_24": 3, "PCM_16": 2}[subtype]
            if length is None or length * frame_bytes + LARGEST_HEADER > LARGEST_WAV:
                kind = "RF64"
        if kind == "OGG" and rate > HIGHEST_OGG_RATE:
            raise AudioFileError(f"cannot write {self.path} at {rate} Hz: OGG ends at {HIGHEST_OGG_RATE} Hz, use .wav")
        # Where the name is a link, the file to replace is the one that it points to.
        self._target = Path(os.path.realpath(self.path))
        self._part = self._target.with_name(f".holostream-{secrets.token_hex(4)}.part")
        try:
            if self._target.exists() and not self._target.is_file():
                raise AudioFileError(f"cannot write {self.path}: it is a folder or a device, name a file instead")
            self._bytes = _WatchedFile(self._part, "x+")
        except OSError as error:
            raise AudioFileError(f"cannot write in {self._target.parent}: {error.strerror}") from error
        try:
            self._file = soundfile.SoundFile(self._bytes, "w", rate, channels, subtype, format=kind)
        except soundfile.LibsndfileError as error:
            self._bytes.close()
            self._part.unlink()
            raise AudioFileError(
                f"cannot write {self.path} at {rate} Hz ({_reason(error)}): use .wav, or 48000 Hz"
            ) from error

    def write(self, block: np.ndarray) -> None:
        """Append (lanes, n) float32 samples at `model_rate`; lanes are 1 or 2, the same at every call.

        Raises AudioFileError when the disk does not take them; the writer is then of no more use.
        """
        if block.ndim != 2 or block.shape[0] not in (self._lanes or 1, self._lanes or 2):
            lanes = self._lanes or "1 or 2"
            raise ValueError(f"got a block of shape {block.shape}, expected ({lanes}, n)")
        self._lanes = block.shape[0]
        if self._lanes > self.channels:
            block = block.mean(axis=0, keepdims=True)
        frames = np.ascontiguousarray(block.T, np.float32)
        if self.model_rate != self.rate:
            if self._resampler is None:
                self._resampler = _resampler(self.model_rate, self.rate, frames.shape[1])
            frames = self._resampler.resample_chunk(frames)
        self._append(frames)

    def close(self) -> None:
        """Finish the file and give it its name. Raises AudioFileError if that fails; no file is left then."""
        if self._closed:
            return
        try:
            self._finish()
        except BaseException:
            self.discard()
            raise

    def discard(self) -> None:
        """Remove what was written; a file that had the name before stays as it was."""
        if self._closed:
            return
        self._closed = True
        self._file.close()
        self._bytes.close()
        self._part.unlink(missing_ok=True)

    def _append(self, frames: np.ndarray) -> None:
        """(n, 1 or channels) frames at `rate` to the file, up to `length`."""
        if self.length is not None:
            frames = frames[: self.length - self.frames_written]
        if self._clips:
            frames = np.clip(np.where(np.isnan(frames), np.float32(0), frames), -1, 1)
        frames = np.ascontiguousarray(np.broadcast_to(frames, (len(frames), self.channels)))
        for start in range(0, len(frames), WRITE_FRAMES):
            self._file.write(frames[start : start + WRITE_FRAMES])
        self.frames_written += len(frames)
        if self._bytes.error:
            self._fail(self._bytes.error)

    def _finish(self) -> None:
        if self._resampler is not None:
            empty = np.empty((0, min(self._lanes or 1, self.channels)), np.float32)
            self._append(self._resampler.resample_chunk(empty, last=True))
        while self.length is not None and self.frames_written < self.length:
            self._append(np.zeros((min(WRITE_FRAMES, self.length - self.frames_written), 1), np.float32))
        if not self.frames_written:
            raise AudioFileError(f"did not write {self.path}: there was no sound to write")
        is_rf64 = self._file.format == "RF64"
        self._file.close()
        try:
            if is_rf64:
                _shorten_to_wav(self._bytes)
            if self._bytes.error:
                raise self._bytes.error
            os.fsync(self._bytes.fileno())
            self._bytes.close()
            os.replace(self._part, self._target)
        except OSError as error:
            self._fail(error)
        self._closed = True

    def _fail(self, error: OSError) -> NoReturn:
        self.discard()
        raise AudioFileError(f"could not write all of {self.path}: {error.strerror}; nothing of it was kept") from error

    def __enter__(self) -> Self:
        return self

    def __exit__(self, kind: type[BaseException] | None, *details: object) -> None:
        if kind is None:
            self.close()
        else:
            self.discard()


class _OneWayFile(soundfile.SoundFile):
    """A SoundFile that is only read forwards.

    python-soundfile seeks to where it already is after every read of a seekable file; in a FLAC of unknown
    length that fails at the end and loses the last frames.
    """

    def seekable(self) -> bool:
        return False


class _WatchedFile(io.FileIO):
    """The bytes of a file in writing, remembering a write that failed.

    libsndfile ignores failed writes while it closes a FLAC, OGG or MP3: on a full disk their ends would
    vanish in silence.
    """

    error: OSError | None = None

    def write(self, data: bytes) -> int:  # type: ignore[override]
        rest = memoryview(data)
        try:
            while rest:
                rest = rest[super().write(rest) :]
        except OSError as error:
            self.error = error
        return len(data)


def _reason(error: soundfile.LibsndfileError) -> str:
    return error.error_string.removeprefix("Error : ").rstrip(".")


def _resampler(rate_in: int, rate_out: int, lanes: int) -> soxr.ResampleStream:
    return soxr.ResampleStream(rate_in, rate_out, lanes, dtype="float32", quality="HQ")


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


def _format_of(path: Path, subtype: str | None) -> tuple[str, str]:
    """libsndfile's names of the format and subtype of a file to be written."""
    try:
        kind, subtypes = FORMATS[path.suffix.lower()]
    except KeyError:
        raise AudioFileError(
            f"cannot write {path}: the suffix {path.suffix!r} names no format, use {', '.join(FORMATS)}"
        ) from None
    subtype = subtype or subtypes[0]
    if subtype not in subtypes:
        raise AudioFileError(f"cannot write {path} as {subtype}: {path.suffix} takes {' or '.join(subtypes)}")
    return kind, subtype


def _shorten_to_wav(file: _WatchedFile) -> None:
    """Turn a finished RF64 file into a plain WAV if its sizes fit in 32 bits: EBU Tech 3306 in reverse.

    RF64 -1 WAVE ds64 28 (riff, data, frames: 64 bits each ...) ... data -1
    RIFF  n WAVE JUNK 28 ...                                    ... data  n
    """
    size = file.seek(0, os.SEEK_END)
    if size > LARGEST_WAV:
        return
    file.seek(0)
    header = file.read(LARGEST_HEADER)
    (data_size,) = struct.unpack_from("<Q", header, 28)
    file.seek(header.index(b"data") + 4)
    file.write(struct.pack("<I", data_size))
    file.seek(12)
    file.write(b"JUNK")
    file.seek(0)
    file.write(b"RIFF" + struct.pack("<I", size - 8))
