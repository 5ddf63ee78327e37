"""What polar codes stand for, beside the quantizer that makes them."""

from __future__ import annotations

import numpy as np
import torch

from holostream.codec.polar_code import MAX_AMPLITUDE, MAX_PHASES, PHASES, RADIUS_POWER
from holostream.network.quantizer import Quantizer, phase_count


def test_an_amplitude_has_as_many_phases_as_in_the_quantizer() -> None:
    assert np.array_equal(PHASES, phase_count(torch.arange(MAX_AMPLITUDE + 1.0)).numpy())
    assert (PHASES[0], PHASES[1], PHASES[2], PHASES[-1]) == (1, 5, 9, MAX_PHASES)


def test_an_amplitude_is_as_large_as_in_the_quantizer() -> None:
    decoded = Quantizer((1.0,)).decoded.reshape(MAX_AMPLITUDE + 1, MAX_PHASES, 2)[:, 0, 0]
    assert np.allclose(decoded, np.arange(MAX_AMPLITUDE + 1) ** RADIUS_POWER, rtol=1e-6)
