"""The limiter: nothing leaves louder than full scale, nothing quiet is touched."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from holostream.engine.limiter import CEILING, RELEASE_PER_HOP, Limiter

HOP = 128


def hop_of(peak: float, seed: int = 0, lanes: int = 2) -> np.ndarray:
    sound = np.random.default_rng(seed).uniform(-1, 1, (lanes, HOP)).astype(np.float32)
    return sound * np.float32(peak) / np.abs(sound).max()


def limit(limiter: Limiter, sound: np.ndarray) -> np.ndarray:
    return limiter.limit(sound, float(np.abs(sound).max()))


@pytest.mark.parametrize("peak", [0.0, 1e-9, 0.5, CEILING * 0.999])
def test_what_is_not_too_loud_is_not_touched(peak: float) -> None:
    limiter, sound = Limiter(HOP), hop_of(peak)
    assert limit(limiter, sound) is sound
    assert limiter.gain == 1.0


@given(st.lists(st.sampled_from([0.0, 0.1, 0.9, 0.98, 1.5, 20.0, 1e3, 3e4]), min_size=1, max_size=30))
def test_nothing_leaves_louder_than_full_scale(peaks: list[float]) -> None:
    limiter = Limiter(HOP)
    for number, peak in enumerate(peaks):
        heard = limit(limiter, hop_of(peak, number))
        assert np.isfinite(heard).all()
        assert np.abs(heard).max() <= 1.0
        assert 0 < limiter.gain <= 1.0


def test_a_steady_tone_is_held_at_the_ceiling_without_distortion() -> None:
    limiter = Limiter(HOP)
    tone = (3 * np.sin(2 * np.pi * np.arange(20 * HOP) / 64)).astype(np.float32)[np.newaxis]
    heard = np.concatenate([limit(limiter, tone[:, at : at + HOP]) for at in range(0, 20 * HOP, HOP)], axis=1)
    settled = heard[:, HOP:] / tone[:, HOP:].clip(-1e9, 1e9)
    loud = np.abs(tone[:, HOP:]) > 0.1
    assert np.ptp(settled[loud]) < 1e-4
    assert np.abs(heard[:, HOP:]).max() == pytest.approx(CEILING, abs=1e-3)


def test_lanes_keep_their_balance() -> None:
    sound = hop_of(4.0)
    sound[1] = sound[0] * 0.25
    limiter = Limiter(HOP)
    limit(limiter, sound)
    heard = limit(limiter, sound)
    assert np.allclose(heard[1], heard[0] * 0.25, atol=1e-6)


def test_it_lets_go_slowly_and_then_completely() -> None:
    limiter = Limiter(HOP)
    limit(limiter, hop_of(4.0))
    before = limiter.gain
    hops = 0
    while limiter.gain < 1.0:
        limit(limiter, hop_of(0.1, hops))
        assert before < limiter.gain <= before * RELEASE_PER_HOP + 1e-12
        before, hops = limiter.gain, hops + 1
    assert hops == pytest.approx(np.log(4 / CEILING) / np.log(RELEASE_PER_HOP), abs=1.5)
    sound = hop_of(0.1)
    assert limit(limiter, sound) is sound


def test_the_gain_does_not_step() -> None:
    limiter, ones = Limiter(HOP), np.full((1, HOP), 0.2, np.float32)
    gains = [limiter.limit(ones, peak) / 0.2 for peak in (0.2, 2.0, 0.2, 0.2, 5.0, 0.2)]
    assert np.abs(np.diff(np.concatenate(gains, axis=1))).max() < 1 / 32 + 1e-6
