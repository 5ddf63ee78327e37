"""The float coefficients of HOLO-Audio's tiers, which `.holo` version 2 scales to bytes by a range of its own.

The graphs of that family (made by `network.holo_audio_export`) are those of every tier with two things more: the
encoder's output `coefficients`, and the vocoder's constants `lowest` and `step`, which a caller may replace. Live and in
version 3 files nobody does, and the range calibrated at the import holds.
"""

from __future__ import annotations

import numpy as np

from holostream.codec.tier_model import ModelError, TierModel

CODE_STEPS = 255


def code_step(lowest: float, largest: float) -> float:
    """What one step of a byte stands for; 0 where all coefficients are the same."""
    return (largest - lowest) / CODE_STEPS


def bytes_of(coefficients: np.ndarray, lowest: float, largest: float) -> np.ndarray:
    """Coefficients of any shape to the nearest uint8 codes q, which stand for q * (largest - lowest) / 255 + lowest."""
    step = code_step(lowest, largest) or 1.0
    return np.clip(np.rint((coefficients.astype(np.float64) - lowest) / step), 0, CODE_STEPS).astype(np.uint8)


def coefficients_of(model: TierModel, chunks: np.ndarray) -> np.ndarray:
    """(frames, chunk) float32 samples -> (frames, 2 * harmonics) float32. Raises ModelError for another family."""
    _refuse_others(model)
    inputs = {"chunks": chunks[np.newaxis], "state": model.initial_encoder_state(1)}
    return model.encoder.run(["coefficients"], inputs)[0][0]


def sound_of(model: TierModel, codes: np.ndarray, lowest: float, largest: float) -> np.ndarray:
    """(frames, 2 * harmonics) uint8 codes and their range -> (frames, chunk) float32. Raises ModelError as above."""
    _refuse_others(model)
    inputs = {
        "gains": np.ones((1, len(codes)), np.uint8),
        "amplitudes": np.ascontiguousarray(codes[np.newaxis, :, 0::2]),
        "phases": np.ascontiguousarray(codes[np.newaxis, :, 1::2]),
        "state": model.initial_vocoder_state(1),
        "lowest": np.array(lowest, np.float32),
        "step": np.array(code_step(lowest, largest), np.float32),
    }
    return model.vocoder.run(["sound"], inputs)[0][0]


def _refuse_others(model: TierModel) -> None:
    facts = model.facts
    if facts.codes != "bytes":
        raise ModelError(
            f"a .holo of version 2 needs a tier imported from HOLO-Audio, and tier {facts.harmonics} of the models folder "
            f"is of family {facts.family}; import one with `holostream import-holo-audio FILE.pth --out FOLDER` and "
            "name FOLDER with --models"
        )
