"""Writing audio files as streams, at any rate, in flat memory: complete or not at all.

What libsndfile keeps to itself is found out here: a disk that is full at the close.
"""

from __future__ import annotations

import io
import os
import secrets
import struct
import weakref
from collections.abc import Mapping
from pathlib import Path
from typing import NoReturn, Self

import numpy as np
import soundfile
import soxr

from holostream.format import rf64
from holostream.format.audio_file import LONGEST_TAG, TAGS, AudioFileError, FilePath, reason, resampler
from holostream.format.in_the_making import mark_in_the_making
from holostream.format.new_file import replaceable, take_permissions
from holostream.format.stop_signals import held_back

WRITE_FRAMES = 4096  # libvorbis overflows its stack, killing the process, on blocks of millions of frames
HIGHEST_OGG_RATE = 200_000  # libsndfile 1.2.2 crashes the process above it

# suffix -> (libsndfile format, subtypes, the first is the default)
FORMATS = {
    ".wav": ("WAV", ("FLOAT", "PCM_16", "PCM_24")),
    ".flac": ("FLAC", ("PCM_24", "PCM_16")),
    ".ogg": ("OGG", ("VORBIS",)),
    ".mp3": ("MP3", ("MPEG_LAYER_III",)),
}


class AudioWriter:
    """Writes (lanes, n) blocks to `path`, in the format that its suffix names. A context manager.

    rate, channels  of the file; channels 1 or 2
    model_rate      Hz of the blocks, `rate` if None
    length          frames in the file: the sound is trimmed, or followed by zeros, to have exactly that many.
                    None: as long as what was written
    subtype         "PCM_16", "PCM_24", or for .wav "FLOAT". None is FLOAT for .wav, so that a file holds what
                    was heard sample for sample, and PCM_24 for .flac. All but FLOAT clip to [-1, 1] and store
                    NaN as 0
    skipped         frames at the beginning that are left out, for which a resampler is led in
    tags            title, artist, comment: a .flac or .ogg has them, a .wav nothing but sound

    One lane is heard in both channels of a file with two; two lanes are averaged into one channel.

    The sound grows in a hidden `.part` file in the same folder, which takes the target's name at a successful
    close. After any error, and when the `with` block is left by an exception, the part is removed, and a file
    that was there before is still what it was.

    Where `salvages`, for what cannot be made again, the file has its name from the beginning, which must be free. Whatever
    ends it, a full disk or the end of this process, what was written until then is a file that plays; of a .wav all but the
    last second.

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
        salvages: bool = False,
        skipped: int = 0,
        tags: Mapping[str, str] | None = None,
    ) -> None:
        if channels not in (1, 2):
            raise ValueError(f"got {channels} channels, expected 1 or 2")
        self.path = Path(path)
        self.rate = rate
        self.channels = channels
        self.model_rate = rate if model_rate is None else model_rate
        self.length = length
        self._salvages, self._skipped = salvages, skipped
        self.frames_written = self.clipped = 0
        self._resampler: soxr.ResampleStream | None = None
        self._lanes: int | None = None
        self._closed = False

        kind, subtype = _format_of(self.path, subtype)
        self._clips = subtype != "FLOAT"
        if kind == "WAV":
            self._frame_bytes = channels * {"FLOAT": 4, "PCM_24": 3, "PCM_16": 2}[subtype]
            if length is None or not rf64.fits_a_wav(length * self._frame_bytes):
                kind = "RF64"
        if kind == "OGG" and rate > HIGHEST_OGG_RATE:
            raise AudioFileError(f"cannot write {self.path} at {rate} Hz: OGG ends at {HIGHEST_OGG_RATE} Hz, use .wav")
        try:
            self._target = replaceable(self.path)
        except OSError as error:
            raise AudioFileError(f"cannot write {self.path}: {error.strerror}, name another file") from error
        self._part = self._target if salvages else self._target.with_name(f".holostream-{secrets.token_hex(4)}.part")
        if not salvages:  # an interrupt may come before anybody holds this writer
            weakref.finalize(self, self._part.unlink, missing_ok=True)
        try:
            self._bytes = _WatchedFile(self._part, "x+")
            if salvages:
                mark_in_the_making(self._bytes)
        except FileExistsError as error:
            raise AudioFileError(f"{self.path} exists already and is not replaced; name another file") from error
        except OSError as error:
            raise AudioFileError(f"cannot write in {self._target.parent}: {error.strerror}") from error
        try:
            self._file = soundfile.SoundFile(self._bytes, "w", rate, channels, subtype, format=kind)
            if kind in ("FLAC", "OGG"):
                for name in TAGS:
                    if text := (tags or {}).get(name, "")[:LONGEST_TAG].split("\0")[0]:
                        setattr(self._file, name, text.encode("utf-8", "replace").decode())
        except BaseException as error:  # an interrupt, too
            self._bytes.close()
            self._part.unlink()
            if not isinstance(error, soundfile.LibsndfileError):
                raise
            raise AudioFileError(
                f"cannot write {self.path} at {rate} Hz ({reason(error)}): use .wav, or 48000 Hz"
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
                self._resampler = resampler(self.model_rate, self.rate, frames.shape[1])
            frames = self._resampler.resample_chunk(frames)
        self._append(frames)

    def end_with(self, frames: int) -> None:
        """No zeros beyond so many frames, if the file is to be that short."""
        if self.length is not None:
            self.length = min(self.length, max(1, frames))

    def close(self) -> None:
        """Finish the file and give it its name. Raises AudioFileError if that fails; no file is left then but where it `salvages`."""
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
        with held_back():
            self._file.close()
            self._bytes.close()
            self._part.unlink(missing_ok=True)

    def _append(self, frames: np.ndarray) -> None:
        """(n, 1 or channels) frames at `rate` to the file, up to `length`."""
        if self._skipped:
            left_out = min(self._skipped, len(frames))
            frames, self._skipped = frames[left_out:], self._skipped - left_out
        if self.length is not None:
            frames = frames[: self.length - self.frames_written]
        if self._clips:
            self.clipped += int(np.count_nonzero(np.abs(frames) > 1))
            frames = np.clip(np.where(np.isnan(frames), np.float32(0), frames), -1, 1)
        frames = np.ascontiguousarray(np.broadcast_to(frames, (len(frames), self.channels)))
        for start in range(0, len(frames), WRITE_FRAMES):
            with held_back():
                self._file.write(frames[start : start + WRITE_FRAMES])
        before, self.frames_written = self.frames_written, self.frames_written + len(frames)
        if self._bytes.error:
            self._fail(self._bytes.error)
        if self._salvages and self._file.format == "RF64" and before // self.rate != self.frames_written // self.rate:
            rf64.note_sizes(self._bytes, self._frame_bytes)

    def _finish(self) -> None:
        if self._resampler is not None:
            empty = np.empty((0, min(self._lanes or 1, self.channels)), np.float32)
            self._append(self._resampler.resample_chunk(empty, last=True))
        while self.length is not None and self.frames_written < self.length:
            self._append(np.zeros((min(WRITE_FRAMES, self.length - self.frames_written), 1), np.float32))
        if not self.frames_written:
            raise AudioFileError(f"did not write {self.path}: there was no sound to write")
        is_rf64 = self._file.format == "RF64"
        with held_back():
            self._file.close()
        try:
            if is_rf64:
                rf64.shorten_to_wav(self._bytes, self._frame_bytes)
            if self._bytes.error:
                raise self._bytes.error
            os.fsync(self._bytes.fileno())
            self._bytes.close()
            take_permissions(self._part, self._target)
            os.replace(self._part, self._target)
        except OSError as error:
            self._fail(error)
        self._closed = True

    def _fail(self, error: OSError) -> NoReturn:
        kept = self._salvages and self._salvage()
        self.discard()
        left = f"the first {self.frames_written / self.rate:.1f} s are" if kept else "nothing of it was"
        raise AudioFileError(f"could not write all of {self.path}: {error.strerror}; {left} kept") from error

    def _salvage(self) -> bool:
        """Give the name to what the disk has taken; whether that could be done."""
        is_rf64 = self._file.format == "RF64"
        with held_back():
            self._file.close()
        try:
            if is_rf64:
                self.frames_written = rf64.shorten_to_wav(self._bytes, self._frame_bytes)
            if not self.frames_written:
                return False
            self._bytes.close()
            take_permissions(self._part, self._target)
            os.replace(self._part, self._target)
        except (OSError, ValueError, struct.error):  # no header found a place, or only its name could not be had
            return False
        self._closed = True
        return True

    def __enter__(self) -> Self:
        return self

    def __exit__(self, kind: type[BaseException] | None, *details: object) -> None:
        if kind is None:
            self.close()
        else:
            self.discard()


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
