"""The engine's status: numbers the audio callback leaves in shared memory, and the snapshot others take of them.

A sequence counter is odd while the callback writes, so a reader that sees the same even number before and after its
copy has a consistent snapshot. Text (device names, errors) travels as events, not here: see `engine_process`.
"""

from __future__ import annotations

import math
import time

import numpy as np

STAGES = ("guard", "encode", "ring", "vocode", "overlap_add", "mix", "hop")
"""Timed parts of one hop, in order; `hop` is all of them together."""

BINS = 256
_BINS_PER_OCTAVE = 12
_LOWEST_US = 1.0

STATUS_TYPE = np.dtype(
    [
        ("sequence", "<u8"),
        # sound
        ("hops", "<i8"),
        ("voice", "<i8"),
        ("callbacks", "<i8"),
        ("block", "<i8"),
        ("device_rate", "<f8"),
        ("tier", "<i4"),
        ("fading_from", "<i4"),
        ("lanes", "<i4"),
        ("running", "<i4"),
        # levels, linear: largest sample and RMS of the last tenth of a second
        ("input_peak", "<f4", 2),
        ("output_peak", "<f4", 2),
        ("input_rms", "<f4", 2),
        ("output_rms", "<f4", 2),
        # controls as they stand
        ("input_gain_db", "<f8"),
        ("output_gain_db", "<f8"),
        ("wet", "<f8"),
        ("bypass", "<i4"),
        ("mute", "<i4"),
        ("feedback_guard", "<i4"),
        ("guard_active", "<i4"),
        ("limiter_db", "<f4"),
        # counters
        ("input_overflows", "<i8"),
        ("output_underflows", "<i8"),
        ("late_callbacks", "<i8"),
        ("errors", "<i8"),
        ("bad_samples", "<i8"),
        ("bad_frames", "<i8"),
        ("limited_hops", "<i8"),
        ("latency_changes", "<i8"),
        ("reconnects", "<i8"),
        # latency, samples at the device's rate
        ("algorithmic_latency", "<i8"),
        ("added_latency", "<i8"),
        ("resampling_latency", "<i8"),
        ("device_input_latency", "<i8"),
        ("device_output_latency", "<i8"),
        ("output_fill", "<i8"),
        # histograms over `histogram_bin`
        ("lateness", "<u4", BINS),
        ("stages", "<u4", (len(STAGES), BINS)),
        ("callback_time", "<u4", BINS),
    ],
    align=True,
)


def histogram_bin(elapsed_us: float) -> int:
    """Logarithmic bins, twelve per octave from 1 us: 6 % wide, up to about 2.6 s."""
    if elapsed_us <= _LOWEST_US:
        return 0
    return min(BINS - 1, int(_BINS_PER_OCTAVE * math.log2(elapsed_us)) + 1)


def percentile_us(histogram: np.ndarray, percent: float) -> float:
    """Upper edge of the bin that holds the percentile, in microseconds; 0 for an empty histogram."""
    total = int(histogram.sum())
    if not total:
        return 0.0
    place = int(np.searchsorted(np.cumsum(histogram), max(1, math.ceil(total * percent / 100))))
    return 2.0 ** (place / _BINS_PER_OCTAVE)


class Status:
    """Writer's and readers' view of the record in a shared buffer of `BYTES`."""

    BYTES = -(-STATUS_TYPE.itemsize // 64) * 64

    def __init__(self, buffer: memoryview | bytearray) -> None:
        self._array = np.frombuffer(buffer, STATUS_TYPE, 1)
        self.record = self._array[0]
        self._sequence = self._array["sequence"]
        self.lateness, self.callback_time = self._array["lateness"][0], self._array["callback_time"][0]
        self.stages = self._array["stages"][0]

    def begin(self) -> None:
        """The one writer is about to change several fields."""
        self._sequence[0] |= 1

    def end(self) -> None:
        self._sequence[0] += 1

    def snapshot(self) -> np.void:
        """A consistent copy: fields by name as in STATUS_TYPE."""
        for _ in range(20):
            before = int(self._sequence[0])
            copy = self._array.copy()
            if before % 2 == 0 and int(self._sequence[0]) == before:
                break
            time.sleep(0.0003)  # a block is being worked on; it takes no longer than this
        return copy[0]
