"""The device without hardware, and everything that can go wrong with one."""

from __future__ import annotations

import threading
import time

import numpy as np
import pytest
import soundfile

from holostream.engine.device_list import DeviceError
from holostream.engine.open_device import open_device
from holostream.engine.settings import LiveSettings
from holostream.engine.virtual_device import Faults, VirtualDevice
from holostream.format.audio_file import AudioFileError

NO_FAULTS = Faults()


def run(settings: LiveSettings, faults: Faults = NO_FAULTS) -> tuple[VirtualDevice, list[int], np.ndarray, list[bool]]:
    device = VirtualDevice(settings, 48000, faults=faults)
    blocks, heard, underflows = [], [], []

    def process(indata: np.ndarray, outdata: np.ndarray, overflow: bool, underflow: bool) -> None:
        blocks.append(len(indata))
        heard.append(indata.copy())
        underflows.append(underflow)
        outdata[:] = 0.5 * indata

    device.start(process)
    deadline = time.monotonic() + 10
    while not device.finished() and device.alive():
        assert time.monotonic() < deadline
        time.sleep(0.005)
    device.close()
    return device, blocks, np.concatenate(heard), underflows


@pytest.fixture
def ramp(tmp_path):
    path = tmp_path / "ramp.wav"
    soundfile.write(path, np.linspace(-0.5, 0.5, 1000).astype(np.float32), 48000, subtype="FLOAT")
    return path


def test_it_loops_a_file_and_captures_the_output_to_the_sample(tmp_path, ramp):
    capture = tmp_path / "heard.wav"
    settings = LiveSettings(str(ramp), str(capture), block=100, seconds=0.05, virtual_time=True)
    _, blocks, heard, _ = run(settings)
    assert blocks == [100] * 24
    expected = np.resize(soundfile.read(ramp, dtype="float32")[0], 2400)
    assert np.array_equal(heard[:, 0], expected)
    assert np.array_equal(soundfile.read(capture, dtype="float32")[0], 0.5 * expected)


def test_the_last_block_is_as_short_as_the_time_asks(ramp):
    _, blocks, _, _ = run(LiveSettings(str(ramp), block=1000, seconds=0.05, virtual_time=True))
    assert blocks == [1000, 1000, 400]


def test_the_demo_voice_is_the_default():
    device, _, heard, _ = run(LiveSettings(seconds=2.0, virtual_time=True))
    assert device.info.input == "demo voice"
    assert 0.05 < np.abs(heard).max() < 1.0


def test_block_sizes_in_turn(ramp):
    settings = LiveSettings(str(ramp), seconds=0.05, virtual_time=True)
    device, blocks, _, _ = run(settings, Faults(blocks=(64, 1, 999)))
    assert device.info.block == 0
    assert blocks == [64, 1, 999, 64, 1, 999, 64, 1, 207]


def test_unplugging(ramp):
    device, blocks, _, _ = run(LiveSettings(str(ramp), block=480, virtual_time=True), Faults(unplug_after=0.1))
    assert not device.alive()
    assert not device.finished()
    assert len(blocks) == 10


def test_real_time_takes_its_time_and_late_calls_are_underflows(ramp):
    started = time.monotonic()
    run(LiveSettings(str(ramp), block=480, seconds=0.3))
    assert time.monotonic() - started > 0.25
    _, _, _, underflows = run(LiveSettings(str(ramp), block=480, seconds=0.3), Faults(late_every=5, late_seconds=0.03))
    assert sum(underflows) >= 3


def test_a_fast_clock_runs_ahead(ramp):
    started = time.monotonic()
    run(LiveSettings(str(ramp), block=480, seconds=0.5), Faults(clock_ppm=9_000_000))
    assert time.monotonic() - started < 0.4


def test_virtual_time_waits_for_its_readers(ramp):
    allowed = threading.Event()
    device = VirtualDevice(LiveSettings(str(ramp), seconds=1.0, virtual_time=True), 48000, allowed.is_set)
    calls = []
    device.start(lambda *block: calls.append(1))
    time.sleep(0.1)
    assert len(calls) == 1
    allowed.set()
    while not device.finished():
        time.sleep(0.005)
    device.close()
    assert len(calls) == 375


def test_a_file_that_cannot_be_read_or_captured_is_told(tmp_path):
    with pytest.raises(AudioFileError, match="gone"):
        VirtualDevice(LiveSettings(str(tmp_path / "gone.wav")), 48000)
    with pytest.raises(DeviceError, match="gone"):
        open_device(LiveSettings(str(tmp_path / "gone.wav"), device_api="virtual"), 48000, lambda: True)
    with pytest.raises(DeviceError, match="nowhere"):
        open_device(LiveSettings(output=str(tmp_path / "nowhere" / "x.wav"), device_api="virtual"), 48000, lambda: True)
