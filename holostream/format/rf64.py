"""Sizes in the headers of WAVs that may be longer than 32 bits can say: RF64 (EBU Tech 3306), there and back."""

from __future__ import annotations

import io
import os
import struct

LARGEST_WAV = 2**32 - 8  # bytes; the sizes in a WAV header have 32 bits
LARGEST_HEADER = 1024  # bytes, more than any WAV header written here


def fits_a_wav(sound_bytes: int) -> bool:
    """Whether a plain WAV can hold so much sound."""
    return sound_bytes + LARGEST_HEADER <= LARGEST_WAV


def note_sizes(file: io.FileIO, frame_bytes: int) -> None:
    """Tell in an RF64's header how much is there by now, which libsndfile does at the close alone."""
    place, size = file.tell(), file.seek(0, os.SEEK_END)
    file.seek(0)
    start = file.read(LARGEST_HEADER).index(b"data") + 8
    frames = (size - start) // frame_bytes
    file.seek(20)
    file.write(struct.pack("<QQQ", start + frames * frame_bytes - 8, frames * frame_bytes, frames))
    file.seek(place)


def shorten_to_wav(file: io.FileIO, frame_bytes: int) -> int:
    """Turn a finished RF64 file into a plain WAV if its sizes fit in 32 bits: EBU Tech 3306 in reverse. What a full disk
    has cut off within is given the sizes of what is there. Returns how many frames that are.

    RF64 -1 WAVE ds64 28 (riff, data, frames: 64 bits each ...) ... data -1
    RIFF  n WAVE JUNK 28 ...                                    ... data  n
    """
    size = file.seek(0, os.SEEK_END)
    file.seek(0)
    header = file.read(LARGEST_HEADER)
    (stated,) = struct.unpack_from("<Q", header, 28)
    start = header.index(b"data") + 8
    data_size = min(stated, (size - start) // frame_bytes * frame_bytes)
    if data_size < stated:
        size = start + data_size
        file.truncate(size)
    if size > LARGEST_WAV:
        file.seek(20)
        file.write(struct.pack("<QQQ", size - 8, data_size, data_size // frame_bytes))
        return data_size // frame_bytes
    file.seek(start - 4)
    file.write(struct.pack("<I", data_size))
    file.seek(12)
    file.write(b"JUNK")
    file.seek(0)
    file.write(b"RIFF" + struct.pack("<I", size - 8))
    return data_size // frame_bytes
