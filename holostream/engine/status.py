"""The engine's status: numbers the audio callback leaves in shared memory, and the snapshot others take of them.

A sequence counter is odd while the callback writes, so a reader that sees the same even number before and after its
copy has a consistent snapshot. Text (device names, errors) travels as events, not here: see `engine_process`.
"""

from __future__ import annotations

import ctypes
import math
import time

import numpy as np

from holostream.engine.command import COMMANDS

STAGES = ("guard", "encode", "ring", "vocode", "overlap_add", "mix", "hop")
"""Timed parts of one hop, in order; `hop` is all of them together."""

BINS = 256
_BINS_PER_OCTAVE = 12
_LOWEST_US = 1.0

_Histogram: type[ctypes.Array] = ctypes.c_uint32 * BINS
_PerLane: type[ctypes.Array] = ctypes.c_float * 2


class StatusRecord(ctypes.Structure):
    """The layout of the shared record. The callback writes through this: a field set here costs a tenth of one set
    through numpy, and there are some forty of them in every block."""

    _fields_ = (
        ("sequence", ctypes.c_uint64),
        # sound
        ("hops", ctypes.c_int64),
        ("voice", ctypes.c_int64),
        ("callbacks", ctypes.c_int64),
        ("block", ctypes.c_int64),
        ("device_rate", ctypes.c_double),
        ("tier", ctypes.c_int32),
        ("fading_from", ctypes.c_int32),
        ("lanes", ctypes.c_int32),
        ("running", ctypes.c_int32),
        # levels, linear: largest sample and RMS of the last tenth of a second
        ("input_peak", _PerLane),
        ("output_peak", _PerLane),
        ("input_rms", _PerLane),
        ("output_rms", _PerLane),
        # commands' values as they stand (a tier's above, as heard)
        *((kind.name, ctypes.c_double) for kind in COMMANDS if kind.name != "tier"),
        ("guard_active", ctypes.c_int32),
        ("limiter_db", ctypes.c_float),
        # counters
        ("input_overflows", ctypes.c_int64),
        ("output_underflows", ctypes.c_int64),
        ("late_callbacks", ctypes.c_int64),
        ("errors", ctypes.c_int64),
        ("bad_samples", ctypes.c_int64),
        ("bad_frames", ctypes.c_int64),
        ("limited_hops", ctypes.c_int64),
        ("latency_changes", ctypes.c_int64),
        ("reconnects", ctypes.c_int64),
        ("playback_dry", ctypes.c_int64),
        # latency, samples at the device's rate
        ("algorithmic_latency", ctypes.c_int64),
        ("added_latency", ctypes.c_int64),
        ("resampling_latency", ctypes.c_int64),
        ("device_input_latency", ctypes.c_int64),
        ("device_output_latency", ctypes.c_int64),
        ("output_fill", ctypes.c_int64),
        # histograms over `histogram_bin`
        ("lateness", _Histogram),
        ("stages", _Histogram * len(STAGES)),
        ("callback_time", _Histogram),
    )


STATUS_TYPE = np.dtype(StatusRecord)
"""The same layout as readers see it."""


def histogram_bin(elapsed_us: float) -> int:
    """Logarithmic bins, twelve per octave from 1 us: 6 % wide, up to about 2.5 s."""
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
        self.record = StatusRecord.from_buffer(buffer)
        # Views of the same memory, made once: each look at an array field would make another.
        self.lateness, self.callback_time = self.record.lateness, self.record.callback_time
        self.stages = tuple(self.record.stages)

    def begin(self) -> None:
        """The one writer is about to change several fields."""
        self.record.sequence |= 1

    def end(self) -> None:
        self.record.sequence += 1

    def snapshot(self) -> np.void:
        """A copy: fields by name as in StatusRecord, of one moment but where a block takes longer than six milliseconds."""
        for _ in range(20):
            before = self.record.sequence
            copy = self._array.copy()
            if before % 2 == 0 and self.record.sequence == before:
                break
            time.sleep(0.0003)  # a block is being worked on; it takes no longer than this
        return copy[0]
