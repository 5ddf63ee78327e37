"""How loud each harmonic of a tier sounds by itself. Codes do not tell: their steps are learned, and wider for high harmonics."""

from __future__ import annotations

import numpy as np

from holostream.codec.dna import silence
from holostream.codec.dna_moves.code_shape import base_harmonics
from holostream.codec.polar_code import UNIT_GAIN
from holostream.codec.tier_model import TierModel


def harmonic_levels(model: TierModel) -> np.ndarray:
    """(base,) float32 root of the energy of amplitude code 1, their geometric mean 1; all 1 where codes are bytes.

    Some milliseconds: not for the audio callback.
    """
    base = base_harmonics(model.facts)
    energy = np.ones(base)
    if model.facts.codes == "polar":
        alone = silence(base, 1, model.facts.harmonics)  # each in a lane of its own
        alone.gains[:] = UNIT_GAIN
        np.fill_diagonal(alone.amplitudes[:, 0], 1)
        sound, _ = model.vocode(alone, model.initial_vocoder_state(base), 0)
        energy = np.square(sound, dtype=np.float64).sum(axis=(1, 2))
    levels = np.sqrt(np.maximum(energy, 1e-9 * energy.max() + 1e-30))
    return (levels / np.exp(np.log(levels).mean())).astype(np.float32)
