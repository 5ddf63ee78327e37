"""What the callback takes: exact while nothing happens, without a click when something does."""

from __future__ import annotations

import numpy as np
import pytest

from holostream.engine.playback_ring import SLOT_SAMPLES
from holostream.engine.seam import SEAM_SAMPLES
from tests.engine.recorded_tone import Listener, glide, largest_step


def write(listener: Listener, sound: np.ndarray, first: int, slots: int) -> None:
    for slot in range(first // SLOT_SAMPLES, first // SLOT_SAMPLES + slots):
        at = slot * SLOT_SAMPLES
        listener.ring.write(sound[:, at : at + SLOT_SAMPLES], float(at), 1.0, 64)


@pytest.fixture
def sound() -> np.ndarray:
    return glide(3.0, 2)


@pytest.fixture
def listener(sound: np.ndarray) -> Listener:
    """100 slots from the beginning wait."""
    listener = Listener(2)
    listener.ring.head.playing = listener.ring.head.due = 1
    write(listener, sound, 0, 100)
    return listener


@pytest.mark.parametrize("block", [1, 64, 65, 128, 480, 8193])
def test_exact_at_any_block_size(listener: Listener, sound: np.ndarray, block: int) -> None:
    listener.ring.head.due = 0  # that is all there is
    heard = listener.hear(13_000, block)
    assert np.array_equal(heard[:, :12_800], sound[:, :12_800])
    assert not heard[:, 12_800:].any()
    assert listener.input.dry == 0


@pytest.mark.parametrize("block", [1, 100, 128, 1024])
def test_a_pause_loses_nothing_and_does_not_click(listener: Listener, sound: np.ndarray, block: int) -> None:
    listener.hear(1000, block)
    listener.ring.head.playing = 0
    paused = listener.hear(2048, block)
    listener.ring.head.playing = 1
    after = listener.hear(3000, block)
    assert np.abs(paused[:, :50]).max() > 0.1
    assert not paused[:, SEAM_SAMPLES:].any()
    assert np.array_equal(after[:, SEAM_SAMPLES:], sound[:, 1000 + SEAM_SAMPLES : 4000])
    assert largest_step(listener.heard) < 1.5 * largest_step(sound)
    assert listener.input.dry == 0


@pytest.mark.parametrize("block", [1, 100, 128, 1024])
def test_another_place_is_there_at_once(listener: Listener, sound: np.ndarray, block: int) -> None:
    listener.hear(1000, block)
    write(listener, sound, 500 * SLOT_SAMPLES, 30)
    listener.ring.drop_before(100)
    there = listener.hear(3000, block)
    expected = sound[:, 500 * SLOT_SAMPLES :][:, :3000]
    assert np.array_equal(there[:, SEAM_SAMPLES:], expected[:, SEAM_SAMPLES:])
    assert largest_step(listener.heard) < 1.5 * largest_step(sound)
    assert listener.input.dry == 0


def test_the_same_place_again_is_not_heard(listener: Listener, sound: np.ndarray) -> None:
    listener.hear(128 * 8)
    write(listener, sound, 128 * 8, 30)
    listener.ring.drop_before(100)
    listener.hear(3000)
    assert np.allclose(listener.heard, sound[:, : listener.heard.shape[1]], atol=1e-6)


@pytest.mark.parametrize("block", [1, 100, 128, 1024])
def test_running_dry_is_counted_and_falls(listener: Listener, sound: np.ndarray, block: int) -> None:
    listener.hear(14_000, block)
    assert listener.input.dry == 1
    write(listener, sound, 100 * SLOT_SAMPLES, 20)
    after = listener.hear(2000, block)
    assert np.array_equal(after[:, SEAM_SAMPLES:], sound[:, 12_800 + SEAM_SAMPLES : 14_800])
    assert not listener.heard[:, 12_800 + SEAM_SAMPLES : 14_000].any()
    assert largest_step(listener.heard) < 1.5 * largest_step(sound)


def test_it_rests_once_it_is_closing(listener: Listener) -> None:
    listener.hear(12_000)
    listener.ring.head.due, listener.ring.head.closing = 0, 1
    listener.hear(700)
    assert listener.ring.head.rested == 0
    listener.hear(400)
    assert listener.ring.head.rested == 300
