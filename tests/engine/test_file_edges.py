"""A file in place of one side of a device: all of it is played or kept, and what is not is told."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest
import soundfile

from holostream.engine.audio_device import DeviceInfo, Process
from holostream.engine.audio_source import open_source
from holostream.engine.file_edges import RING_SECONDS, FileInput, FileOutput
from holostream.format.audio_file import AudioFileError
from holostream.format.audio_writer import AudioWriter

RATE, BLOCK = 48000, 480


class Device:
    """A sound card that calls when it is told to."""

    info = DeviceInfo("alsa", "mic", "speaker", RATE, BLOCK, 1, 1, 0, 0, virtual=False)

    def start(self, process: Process) -> None:
        self._process = process

    def call(self, sound: np.ndarray) -> np.ndarray:
        heard = np.zeros_like(sound)
        self._process(sound, heard, False, False)
        return heard

    def poll(self) -> str | None:
        return None

    def alive(self) -> bool:
        return True

    def finished(self) -> bool:
        return False

    def keep_files(self) -> None:
        pass

    def close(self) -> None:
        pass


def through(indata: np.ndarray, outdata: np.ndarray, overflow: bool, underflow: bool) -> None:
    outdata[:] = indata


@pytest.fixture
def device() -> Device:
    return Device()


def kept(device: Device, path: Path) -> FileOutput:
    edge = FileOutput(device, AudioWriter(path, RATE, 1, salvages=True), path.name, 1)
    edge.start(through)
    return edge


def test_a_file_is_played_round_and_round(device: Device, tmp_path: Path) -> None:
    sound = np.linspace(-0.5, 0.5, 1000, dtype=np.float32)
    soundfile.write(tmp_path / "in.wav", sound, RATE, subtype="FLOAT")
    FileInput(device, open_source(tmp_path / "in.wav", RATE, 1), "in.wav").start(through)
    heard = np.concatenate([device.call(np.zeros((BLOCK, 1), np.float32))[:, 0] for _ in range(5)])
    assert np.array_equal(heard, np.resize(sound, 5 * BLOCK))


def test_what_is_heard_is_in_the_file(device: Device, tmp_path: Path) -> None:
    edge = kept(device, tmp_path / "out.wav")
    blocks = np.random.default_rng(1).uniform(-1, 1, (7, BLOCK, 1)).astype(np.float32)
    for number, block in enumerate(blocks):
        device.call(block)
        if number % 3 == 0:
            assert edge.poll() is None
    edge.close()
    assert np.array_equal(soundfile.read(tmp_path / "out.wav", dtype="float32")[0], blocks.reshape(-1))


def test_a_disk_that_is_too_slow_is_told_once_and_the_rest_is_kept(device: Device, tmp_path: Path) -> None:
    edge = kept(device, tmp_path / "out.wav")
    block = np.full((BLOCK, 1), 0.25, np.float32)
    for _ in range((RING_SECONDS + 1) * RATE // BLOCK):
        device.call(block)
    assert edge.poll() == "out.wav lacks 1.00 s: the disk was too slow for it; capture to another one"
    device.call(block)
    assert edge.poll() is None
    edge.close()
    assert soundfile.info(tmp_path / "out.wav").frames == RING_SECONDS * RATE + BLOCK


def test_the_file_is_whole_even_if_its_end_came_too_fast(device: Device, tmp_path: Path) -> None:
    edge = kept(device, tmp_path / "out.wav")
    for _ in range((RING_SECONDS + 1) * RATE // BLOCK):
        device.call(np.full((BLOCK, 1), 0.25, np.float32))
    with pytest.raises(AudioFileError, match=r"out.wav lacks 1.00 s"):
        edge.keep_files()
    assert soundfile.info(tmp_path / "out.wav").frames == RING_SECONDS * RATE
