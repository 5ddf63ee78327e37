"""A seam is no click, and none at all between the same sounds."""

from __future__ import annotations

import numpy as np
import pytest

from holostream.engine.seam import SEAM_SAMPLES, Seam


@pytest.mark.parametrize("block", [1, 63, 256, 999])
def test_from_a_constant_to_another(block: int) -> None:
    seam, heard = Seam(1), []
    seam.leave(np.full((1, SEAM_SAMPLES), 1.0, np.float32))
    seam.enter()
    for start in range(0, 1000, block):
        samples = np.full((1, min(block, 1000 - start)), -1.0, np.float32)
        seam.rise(samples)
        seam.fall(samples)
        heard.append(samples)
    sound = np.concatenate(heard, axis=1)[0]
    assert sound[0] > 0.99
    assert (sound[SEAM_SAMPLES:] == -1).all()
    assert np.abs(np.diff(sound)).max() < 0.02


def test_what_is_too_short_is_held_and_what_is_empty_is_nothing() -> None:
    seam = Seam(1)
    seam.leave(np.array([[0.5, 0.25]], np.float32))
    out = np.zeros((1, 300), np.float32)
    seam.fall(out)
    assert out[0, 1] == pytest.approx(0.25, abs=1e-3)
    assert out[0, 2] == pytest.approx(0.25, abs=1e-3)
    assert not out[0, SEAM_SAMPLES:].any()
    seam.leave(np.zeros((1, 0), np.float32))
    seam.fall(untouched := np.zeros((1, 300), np.float32))
    assert not untouched.any()


def test_the_same_sound_goes_through_unchanged() -> None:
    seam, sound = Seam(2), np.random.default_rng(0).standard_normal((2, SEAM_SAMPLES)).astype(np.float32)
    seam.leave(sound.copy())
    seam.enter()
    seam.rise(through := sound.copy())
    seam.fall(through)
    assert np.allclose(through, sound, atol=1e-6)
