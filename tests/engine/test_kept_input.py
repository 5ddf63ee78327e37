"""The input beside a recording: from its first hop on, whole or silent, never over another file."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest
import soundfile

from holostream.engine.input_ring import InputRing, input_bytes
from holostream.engine.kept_input import KeptInput, input_path
from holostream.format.audio_file import AudioFileError

HOP = 16


def ring_with(hops: range, lanes: int = 1) -> InputRing:
    ring = InputRing(bytearray(input_bytes((lanes, HOP), 64)), 64, (lanes, HOP))
    for hop in hops:
        ring.write(hop, np.full((lanes, HOP), hop / 100, np.float32) * np.array([[1.0], [-0.5]][:lanes], np.float32))
    return ring


def test_hops_of_a_recording(tmp_path: Path) -> None:
    ring = ring_with(range(10, 40))
    kept = KeptInput(tmp_path / "a.holo", ring, 48000)
    kept.follow(None)
    kept.follow((12, 20))
    kept.follow((12, 20))
    kept.follow((12, 45))
    kept.close()
    assert kept.missing == 5
    samples, rate = soundfile.read(tmp_path / "a.input.wav", dtype="float32")
    expected = np.repeat([hop / 100 if hop < 40 else 0 for hop in range(12, 45)], HOP).astype(np.float32)
    assert rate == 48000
    assert np.array_equal(samples, expected)


def test_a_second_channel_is_kept_beside_the_first(tmp_path: Path) -> None:
    kept = KeptInput(tmp_path / "a.holo", ring_with(range(20), lanes=2), 48000)
    kept.follow((15, 22))
    kept.close()
    samples, _ = soundfile.read(tmp_path / "a.input.wav", dtype="float32")
    expected = np.repeat([hop / 100 if hop < 20 else 0 for hop in range(15, 22)], HOP).astype(np.float32)
    assert np.array_equal(samples, np.stack((expected, -0.5 * expected), axis=1))


def test_nothing_recorded_leaves_no_file(tmp_path: Path) -> None:
    KeptInput(tmp_path / "a.holo", ring_with(range(1)), 48000).close()
    assert not list(tmp_path.iterdir())


def test_an_existing_file_is_left_alone(tmp_path: Path) -> None:
    input_path(tmp_path / "a.holo").write_bytes(b"precious")
    with pytest.raises(AudioFileError, match=r"a.input.wav exists already and the kept input never overwrites"):
        KeptInput(tmp_path / "a.holo", ring_with(range(1)), 48000)
    assert (tmp_path / "a.input.wav").read_bytes() == b"precious"
