"""The ring of input hops as the block path receives them: from the audio callback to the control process, if it is asked for.

One writer, any number of readers, fixed size, no locks: a slot's sequence number is cleared before and set after its
samples, as in `codec.dna_ring`. A hop has its slot by its number, so that any recent one can be read again.
"""

from __future__ import annotations

import numpy as np

HEADER_BYTES = 64


def _slot_type(shape: tuple[int, int]) -> np.dtype:
    return np.dtype([("sequence", "<u8"), ("samples", "<f4", shape)], align=True)


def input_bytes(shape: tuple[int, int], capacity: int) -> int:
    """Of a ring of `capacity` hops of this shape."""
    return HEADER_BYTES + capacity * _slot_type(shape).itemsize


class InputRing:
    """A view of a ring in `buffer` (writable, `input_bytes` long, zeroed before first use)."""

    def __init__(self, buffer: memoryview | bytearray, capacity: int, shape: tuple[int, int] | None = None) -> None:
        """`shape` of a hop, (lanes, samples); None: as the one who made the ring gave it."""
        sizes = memoryview(buffer).cast("B")[:16].cast("Q")
        if shape is not None:
            sizes[0], sizes[1] = shape
        self.shape, self.capacity = (int(sizes[0]), int(sizes[1])), capacity
        slots = np.frombuffer(buffer, _slot_type(self.shape), capacity, offset=HEADER_BYTES)
        self._sequence, self._samples = slots["sequence"], slots["samples"]

    def write(self, hop: int, samples: np.ndarray) -> None:
        """Store (lanes, samples) as hop number `hop`. Never waits, never grows."""
        index = hop % self.capacity
        self._sequence[index] = 0
        self._samples[index] = samples
        self._sequence[index] = hop + 1

    def read(self, hop: int) -> np.ndarray | None:
        """(lanes, samples) of hop number `hop`, or None if it is not there: not yet, or not any more."""
        index = hop % self.capacity
        if self._sequence[index] != hop + 1:
            return None
        samples = self._samples[index].copy()
        return samples if self._sequence[index] == hop + 1 else None
