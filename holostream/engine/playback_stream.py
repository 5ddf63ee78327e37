"""From a recording to what the playback ring takes: from a place on, with or without a loop, at any speed.

pieces of the recording -> loop, with a seam where it turns -> [resample: speed, and the models' rate] -> slots
"""

from __future__ import annotations

from collections import deque
from collections.abc import Callable, Iterator
from dataclasses import dataclass

import numpy as np

from holostream.codec.tier_model import ModelError
from holostream.engine.playback_ring import SLOT_SAMPLES
from holostream.engine.resampling import resampled
from holostream.engine.seam import SEAM_SAMPLES, Seam
from holostream.format.audio_file import resampler
from holostream.format.holo_error import HoloFormatError
from holostream.format.recorded_sound import Piece, RecordedSound, never

SHORTEST_LOOP_SECONDS = 0.05


@dataclass(frozen=True)
class Plan:
    """What is to be played: from `start` on, `loop` as (start, end), both in samples of the recording. `speed` as a
    tape's: pitch follows."""

    start: int = 0
    loop: tuple[int, int] | None = None
    speed: float = 1.0


@dataclass(frozen=True)
class Slot:
    """What `PlaybackRing.write` takes."""

    samples: np.ndarray
    place: float
    step: float
    harmonics: int


def slots(sound: RecordedSound, plan: Plan, rate: int, wait: Callable[[], bool] = never) -> Iterator[Slot]:
    """Slots at `rate` Hz; the last one is filled up with silence. Errors are those of `RecordedSound.pieces`."""
    pieces = _straight(sound, plan.start, wait) if plan.loop is None else _looped(sound, plan.start, plan.loop)
    step = sound.rate * plan.speed / rate
    yield from _at_step(pieces, step, sound.lanes)


def _straight(sound: RecordedSound, start: int, wait: Callable[[], bool]) -> Iterator[Piece]:
    for piece in sound.pieces(start, wait):
        kept = piece.samples[:, : max(0, sound.length - piece.start)]
        if not kept.shape[1]:
            return
        yield Piece(piece.start, kept, piece.harmonics)


def _looped(sound: RecordedSound, start: int, loop: tuple[int, int]) -> Iterator[Piece]:
    """Without end, unless nothing is there to be looped."""
    first, end = loop
    seam, start = Seam(sound.lanes), start if start < end else first
    while True:
        after: list[np.ndarray] = []
        last, played = np.zeros((sound.lanes, 0), np.float32), 0
        for piece in sound.pieces(start):
            inside, beyond = np.split(piece.samples, [max(0, end - piece.start)], axis=1)
            if inside.shape[1]:
                inside = inside.copy()
                seam.rise(inside)
                seam.fall(inside)
                last, played = inside[:, -1:], played + inside.shape[1]
                yield Piece(piece.start, inside, piece.harmonics)
            after.append(beyond)
            if sum(part.shape[1] for part in after) >= SEAM_SAMPLES:
                break
        if not played:
            return
        followed = np.concatenate(after, axis=1)
        seam.leave(followed if followed.shape[1] else last)
        seam.enter()
        start = first


def _at_step(pieces: Iterator[Piece], step: float, lanes: int) -> Iterator[Slot]:
    """Cut into slots, each sample `step` samples of the pieces after the one before."""
    stream = None if step == 1.0 else resampler(step, 1.0, lanes)
    marks: deque[tuple[int, int, int]] = deque()  # sample of the joined pieces, its place in the recording, its tier
    waiting, read, made = np.zeros((lanes, 0), np.float32), 0, 0

    def slot(samples: np.ndarray) -> Slot:
        at = made * step
        while len(marks) > 1 and marks[1][0] <= at:
            marks.popleft()
        first, place, harmonics = marks[0]
        return Slot(samples, place + at - first, step, harmonics)

    failure: Exception | None = None
    while True:
        try:
            piece = next(pieces)
        except StopIteration:
            break
        except (HoloFormatError, ModelError, OSError) as error:  # what comes before it is still to be heard
            failure = error
            break
        marks.append((read, piece.start, piece.harmonics))
        read += piece.samples.shape[1]
        samples = piece.samples if stream is None else resampled(stream, piece.samples)
        waiting = np.concatenate((waiting, samples), axis=1)
        for done in range(0, waiting.shape[1] - SLOT_SAMPLES + 1, SLOT_SAMPLES):
            yield slot(waiting[:, done : done + SLOT_SAMPLES])
            made += SLOT_SAMPLES
        waiting = waiting[:, waiting.shape[1] // SLOT_SAMPLES * SLOT_SAMPLES :]
    if stream is not None and read:
        waiting = np.concatenate((waiting, resampled(stream, waiting[:, :0], last=True)), axis=1)
    waiting = np.pad(waiting, ((0, 0), (0, -waiting.shape[1] % SLOT_SAMPLES)))
    for done in range(0, waiting.shape[1], SLOT_SAMPLES):
        yield slot(waiting[:, done : done + SLOT_SAMPLES])
        made += SLOT_SAMPLES
    if failure is not None:
        raise failure
