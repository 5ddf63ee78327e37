"""A recording, or a part of it, as an audio file at its original rate, length and number of channels."""

from __future__ import annotations

import math
from collections.abc import Callable
from pathlib import Path

from holostream.format.audio_writer import AudioWriter
from holostream.format.recorded_sound import RecordedSound

Progress = Callable[[float], None]


def no_progress(fraction: float) -> None:
    """Nobody watches."""


def export_sound(
    sound: RecordedSound,
    target: Path,
    subtype: str | None = None,
    progress: Progress = no_progress,
    start_seconds: float = 0.0,
    end_seconds: float | None = None,
) -> list[str]:
    """Write the sound from `start_seconds` to `end_seconds` (None: its end) in the format that the suffix names.

    Returns remarks for the user. Raises ValueError for times that are not in it; HoloFormatError, ModelError,
    AudioFileError, OSError.
    """
    whole = start_seconds == 0 and end_seconds is None
    start, end = (0.0, None) if whole else _part(sound, start_seconds, end_seconds)
    rate, length = sound.original_rate, sound.original_length
    if end is not None:
        length = round(end * rate) - round(start * rate)
        if sound.original_length:  # of which the end is known to the sample
            length = max(1, min(length, sound.original_length - round(start * rate)))
    first, skipped = _beginning(round(start * rate), rate, sound.rate)
    # A resampler sees a little more than is written, so that a part begins and ends as it stands in the whole.
    stop = None if end is None else round((end + 1.0) * sound.rate)
    expected = max(1, (sound.length if stop is None else min(stop, sound.length)) - first)
    with AudioWriter(
        target, rate, sound.original_channels, sound.rate, length, subtype, skipped=skipped, tags=sound.tags
    ) as writer:
        came = 0
        for piece in sound.pieces(first):
            writer.write(piece.samples)
            came += piece.samples.shape[1]
            done = piece.start + piece.samples.shape[1]
            progress(min(1.0, (done - first) / expected))
            if stop is not None and done >= stop:
                break
        # An index may promise what does not come: zeros without end.
        writer.end_with(-(-came * rate // sound.rate) - skipped)
    clipped = f"{writer.clipped} samples of {target} were louder than full scale and are clipped; a .wav in FLOAT keeps them"
    return [*sound.remarks, clipped] if writer.clipped else sound.remarks


def _beginning(frame: int, rate: int, sound_rate: int) -> tuple[int, int]:
    """Which sample to begin with so that a frame at `rate` is where it is in the whole, and how many frames come before it."""
    if rate == sound_rate:
        return frame, 0
    common = math.gcd(rate, sound_rate)
    rounds = max(0, frame - rate // 10) // (rate // common)
    return rounds * (sound_rate // common), frame - rounds * (rate // common)


def _part(sound: RecordedSound, start: float, end: float | None) -> tuple[float, float]:
    """Start and end within the recording, in seconds."""
    length = sound.length / sound.rate
    check_start(sound, start)
    if end is not None and end <= start:
        raise ValueError(f"--to {end:g} is not after --from {start:g}; times are in seconds from the beginning")
    return start, length if end is None else min(end, length)


def check_start(sound: RecordedSound, start_seconds: float) -> None:
    """Raises ValueError for a time that is not in the recording."""
    length = sound.length / sound.rate
    if not 0 <= start_seconds < max(length, 1 / sound.rate):
        raise ValueError(
            f"--from {start_seconds:g} is not in {sound.name}, which is {length:.2f} s long; choose a time before its end"
        )
