"""Before and after the codec: gains, dry and wet, the guards, and the levels that are shown."""

from __future__ import annotations

import numpy as np
import pytest

from holostream.engine.controls import Controls
from holostream.engine.mixer import Mixer, hear, initial_mixer, mix

HOP, RATE = 128, 48000
WET, DRY = np.random.default_rng(3).uniform(-0.5, 0.5, (2, 2, HOP)).astype(np.float32)


def mixed(**wanted: float) -> np.ndarray:
    """WET and DRY with the controls at rest there."""
    controls = Controls(64, feedback_guard=False, **wanted)
    return mix(WET, DRY, initial_mixer(2, RATE, HOP, controls), controls)


def test_wet_alone_is_untouched() -> None:
    assert np.array_equal(mixed(), WET)


def test_dry_and_wet() -> None:
    assert np.allclose(mixed(wet=0.25), 0.25 * WET + 0.75 * DRY, atol=1e-6)
    assert np.allclose(mixed(wet=0.0), DRY, atol=1e-6)
    assert np.allclose(mixed(bypass=True), DRY, atol=1e-6)


def test_gains() -> None:
    assert np.allclose(mixed(output_gain_db=-6.0205999), WET / 2, atol=1e-6)
    assert not mixed(mute=True).any()
    controls = Controls(64, input_gain_db=-6.0205999)
    recorded = initial_mixer(2, RATE, HOP, controls, recorded=True)
    assert np.allclose(hear(DRY, recorded, controls), DRY / 2, atol=1e-6)


def test_a_change_glides() -> None:
    controls = Controls(64, feedback_guard=False)
    mixer, steady = initial_mixer(1, RATE, HOP, controls), np.full((1, HOP), 0.5, np.float32)
    controls.mute = True
    leaving = np.concatenate([mix(steady, steady, mixer, controls) for _ in range(16)], axis=1)[0]
    assert 0.49 < leaving[0] <= 0.5
    assert (np.abs(np.diff(leaving)) < 0.01).all()
    assert not leaving[-HOP:].any()


def test_with_a_long_glide_gains_and_mix_take_as_long() -> None:
    controls = Controls(64, feedback_guard=False, glide_ms=400.0)
    mixer = initial_mixer(2, RATE, HOP, controls)
    controls.output_gain_db, controls.wet = -40.0, 0.0
    levels = []
    for hop in range(160):
        heard = mix(WET, DRY, mixer, controls)
        levels.append(20 * np.log10(np.abs(heard).max() / np.abs(DRY).max()))
        if hop == 10:
            controls.glide_ms = 20.0  # as a preset's recall puts it back
    assert levels[74] == pytest.approx(-20, abs=3.5)
    assert np.allclose(heard, DRY / 100, atol=1e-6)
    assert min(levels[:140]) > -39.5


def test_an_offset_is_a_microphones_but_not_a_recordings() -> None:
    controls, offset = Controls(64), np.full((1, HOP), 0.25, np.float32)
    microphone, recording = (initial_mixer(1, RATE, HOP, controls, recorded) for recorded in (False, True))
    for _ in range(RATE // HOP):
        removed, kept = hear(offset, microphone, controls), hear(offset, recording, controls)
    assert np.abs(removed).max() < 0.01
    assert np.array_equal(kept, offset)


def test_levels_and_the_limiter() -> None:
    controls = Controls(64, feedback_guard=False, output_gain_db=20.0)
    mixer = initial_mixer(2, RATE, HOP, controls, recorded=True)
    hear(DRY, mixer, controls)
    assert mixer.levels.input_peak == pytest.approx(np.abs(DRY).max(axis=1))
    assert mixer.levels.input_mean_square == pytest.approx((DRY**2).mean(axis=1))
    for _ in range(3):
        out = mix(WET, DRY, mixer, controls)
        assert mixer.levels.output_peak == pytest.approx(np.abs(out).max(axis=1))
        assert np.abs(out).max() <= 1.0
    assert mixer.limited_hops == 2, "told of a hop that began turned down"


def play(mixer: Mixer, controls: Controls, sound: np.ndarray) -> np.ndarray:
    """(1, n) heard, and played as it was heard."""
    out = []
    for hop in np.split(sound, sound.shape[1] // HOP, axis=1):
        samples = hear(hop, mixer, controls)
        out.append(mix(samples, samples, mixer, controls))
    return np.concatenate(out, axis=1)


def test_the_feedback_guard_turns_a_howl_down() -> None:
    controls = Controls(64, feedback_guard=True)
    mixer = initial_mixer(1, RATE, HOP, controls)
    howl = np.sin(2 * np.pi * 1000 * np.arange(400 * HOP) / RATE).astype(np.float32)[np.newaxis] * 1.2
    heard = play(mixer, controls, howl)
    assert mixer.howl.active
    assert np.abs(heard[:, -20 * HOP :]).max() < 0.2
    assert np.abs(heard[:, 50 * HOP : 60 * HOP]).max() > 0.9
    play(mixer, controls, np.zeros((1, 800 * HOP), np.float32))
    assert not mixer.howl.active
