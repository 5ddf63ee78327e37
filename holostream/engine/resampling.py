"""Resampling piece by piece, and between a device's rate and the model's."""

from __future__ import annotations

import math

import numpy as np
import soxr

QUALITY = "MQ"
TRIAL_SECONDS = 4.0


def device_resamplers(device_rate: int, model_rate: int, lanes: int) -> tuple[soxr.ResampleStream, soxr.ResampleStream]:
    """From the device and to it."""
    return (
        soxr.ResampleStream(device_rate, model_rate, lanes, dtype="float32", quality=QUALITY),
        soxr.ResampleStream(model_rate, device_rate, lanes, dtype="float32", quality=QUALITY),
    )


def resampled(stream: soxr.ResampleStream, samples: np.ndarray, last: bool = False) -> np.ndarray:
    """(lanes, n) -> (lanes, m), m as the stream has them ready."""
    if samples.shape[0] == 1:
        return stream.resample_chunk(np.ascontiguousarray(samples[0]), last=last)[np.newaxis]
    return stream.resample_chunk(np.ascontiguousarray(samples.T), last=last).T


def resampling_prefill(device_rate: int, model_rate: int, hop: int, block: int) -> int:
    """Device samples of silence the output queue must begin with so that it never runs dry, found by a trial run.

    It covers what the hop and both resamplers hold back at most, so their delay is part of it.
    """
    to_model, to_device = device_resamplers(device_rate, model_rate, 1)
    silence, gathered, received, deficit = np.zeros((1, block), np.float32), 0, 0, 0
    for call in range(1, math.ceil(TRIAL_SECONDS * device_rate / block) + 1):
        gathered += resampled(to_model, silence).shape[1]
        hops, gathered = divmod(gathered, hop)
        for _ in range(hops):
            received += resampled(to_device, np.zeros((1, hop), np.float32)).shape[1]
        deficit = max(deficit, call * block - received)
    return deficit
