"""The ring through which a recording's sound reaches the audio callback: one writer (control), one reader (engine).

Fixed size, no locks, in any writable buffer: shared memory. A slot holds SLOT_SAMPLES samples of every lane, their place
in the recording, and the tier they were recorded with. By raising `void`, the number of the first slot that counts, the
writer drops everything that it has written before, all at once.
"""

from __future__ import annotations

import ctypes

import numpy as np

SLOT_SAMPLES = 128
SLOTS = 1024
"""More than is written ahead, for devices with long blocks."""
RESAMPLING_BURST = 4096
"""Samples: at another rate a device asks at once for those of a block and so many more (3300 at most were seen)."""
HEADER_BYTES = 128


class PlaybackHeader(ctypes.Structure):
    """Each half has one writer, and a cache line of its own."""

    _fields_ = (
        # the writer's
        ("written", ctypes.c_int64),  # slots since the beginning
        ("void", ctypes.c_int64),  # the first slot that counts
        ("playing", ctypes.c_int64),  # 0: paused
        ("due", ctypes.c_int64),  # 1: a shortage is a fault; 0: just now there is no more
        ("closing", ctypes.c_int64),  # 1: nothing more will ever come
        ("_room", ctypes.c_int64 * 3),
        # the reader's
        ("read", ctypes.c_int64),  # the slot that is being read
        ("offset", ctypes.c_int64),  # samples of it that have been read
        ("rested", ctypes.c_int64),  # samples of silence since the end, once it is closing
    )


def slot_type(lanes: int) -> np.dtype:
    """`place`: of the first sample, in samples of the recording; `step`: how many of them each further one is on."""
    return np.dtype(
        [("place", "<f8"), ("step", "<f8"), ("harmonics", "<u8"), ("samples", "<f4", (lanes, SLOT_SAMPLES))], align=True
    )


def playback_bytes(lanes: int) -> int:
    """Of a ring."""
    return HEADER_BYTES + SLOTS * slot_type(lanes).itemsize


class PlaybackRing:
    """A view of a ring in `buffer` (writable, `playback_bytes` long, zeroed before first use)."""

    def __init__(self, buffer: memoryview | bytearray, lanes: int) -> None:
        self.lanes = lanes
        self.head = PlaybackHeader.from_buffer(buffer)
        slots = np.frombuffer(buffer, slot_type(lanes), SLOTS, offset=HEADER_BYTES)
        self._place, self._step, self._harmonics, self._samples = (
            slots[name] for name in ("place", "step", "harmonics", "samples")
        )

    def write(self, samples: np.ndarray, place: float, step: float, harmonics: int) -> None:
        """One slot, (lanes, SLOT_SAMPLES). Raises ValueError if there is no room: look at `ahead` first."""
        head = self.head
        if not self.room:
            raise ValueError(f"all {SLOTS} slots wait to be read")
        index = head.written % SLOTS
        self._samples[index] = samples
        self._place[index], self._step[index], self._harmonics[index] = place, step, harmonics
        head.written += 1

    def drop_before(self, slot: int) -> None:
        """Slots before this one do not count any more: the reader goes on there, with its next block."""
        self.head.void = slot

    @property
    def room(self) -> bool:
        """Whether another slot can be written."""
        return self.head.written - self.head.read < SLOTS

    @property
    def voided(self) -> bool:
        """Whether the reader stands where nothing counts any more."""
        return self.head.read < self.head.void

    @property
    def ahead(self) -> int:
        """Samples that count and were not read yet."""
        head = self.head
        first, offset = (head.void, 0) if self.voided else (head.read, head.offset)
        return (head.written - first) * SLOT_SAMPLES - offset

    def peek(self, out: np.ndarray) -> int:
        """Copy what comes next into (lanes, n), as far as it is there, even if it does not count; returns how much."""
        head, done = self.head, 0
        slot, offset, written = head.read, head.offset, head.written
        while done < out.shape[1] and slot < written:
            count = min(SLOT_SAMPLES - offset, out.shape[1] - done)
            out[:, done : done + count] = self._samples[slot % SLOTS, :, offset : offset + count]
            done, slot, offset = done + count, slot + 1, 0
        return done

    def advance(self, count: int) -> None:
        """Go on by so many samples, which must be there."""
        head = self.head
        slots, offset = divmod(head.offset + count, SLOT_SAMPLES)
        head.offset = offset
        head.read += slots

    def skip_voided(self) -> None:
        """Go on to what counts."""
        self.head.offset = 0
        self.head.read = self.head.void

    @property
    def next_up(self) -> tuple[float, int] | None:
        """Place in the recording and tier of what will be read next; None if nothing is there."""
        head = self.head
        slot, offset = (head.void, 0) if self.voided else (head.read, head.offset)
        if slot >= head.written:
            return None
        index = slot % SLOTS
        return float(self._place[index] + offset * self._step[index]), int(self._harmonics[index])
