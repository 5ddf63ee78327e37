"""Opening a stream: which rate is chosen, and that nothing stays open when it does not start. The rest needs a server: `test_jack`."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import numpy as np
import pytest

from holostream.engine import audio_device
from holostream.engine.audio_device import PortAudioDevice
from holostream.engine.device_list import DeviceError
from holostream.engine.settings import LiveSettings

CARD = {"name": "card", "api": "alsa", "inputs": 2, "outputs": 2, "rate": 64000, "number": 0}


class PortAudioError(Exception):
    """As sounddevice raises it."""


class Sound:
    """In place of sounddevice: one card that takes some rates, and whose stream may fail to start."""

    PortAudioError = PortAudioError

    def __init__(self, rates: set[int], starts: bool = True) -> None:
        self.rates, self.starts = rates, starts
        self.open: list[Stream] = []

    def check_input_settings(self, device: int, channels: int, samplerate: int) -> None:
        if samplerate not in self.rates:
            raise PortAudioError("Invalid sample rate")

    check_output_settings = check_input_settings

    def Stream(self, **options: Any) -> Stream:  # noqa: N802, as sounddevice names it
        return Stream(self, **options)


class Stream:
    latency = (0.001, 0.002)

    def __init__(self, sound: Sound, samplerate: int, callback: Callable, **options: Any) -> None:
        self.samplerate, self._sound, self._callback = samplerate, sound, callback
        sound.open.append(self)

    def start(self) -> None:
        if not self._sound.starts:
            raise PortAudioError("Unanticipated host error")

        class Flags:
            input_overflow = output_underflow = False

        self._callback(np.zeros((64, 2), np.float32), np.zeros((64, 2), np.float32), 64, None, Flags)

    def abort(self, ignore_errors: bool) -> None:
        pass

    def close(self, ignore_errors: bool) -> None:
        self._sound.open.remove(self)


def opened(
    monkeypatch: pytest.MonkeyPatch, sound: Sound, rate: int | None = None, devices: tuple[dict, ...] = (CARD,), **sides: str
) -> PortAudioDevice:
    monkeypatch.setattr(audio_device, "portaudio", lambda: sound)
    monkeypatch.setattr(audio_device, "list_devices", lambda: list(devices))
    return PortAudioDevice(LiveSettings(rate=rate, **sides), 48000, use_input=True, use_output=True)


@pytest.mark.parametrize(("takes", "asked", "chosen"), [
    ({44100, 48000}, None, 48000), ({44100, 192000}, None, 44100), ({64000}, None, 64000), ({32000, 48000}, 32000, 32000),
])  # fmt: skip
def test_the_rate_is_the_models_the_nearest_or_the_one_asked_for(
    monkeypatch: pytest.MonkeyPatch, takes: set[int], asked: int | None, chosen: int
) -> None:
    sound = Sound(takes)
    device = opened(monkeypatch, sound, asked)
    assert device.info.rate == sound.open[0].samplerate == chosen
    assert (device.info.input_latency, device.info.output_latency) == (round(0.001 * chosen), round(0.002 * chosen))
    device.close()
    assert sound.open == []


@pytest.mark.parametrize(("sides", "chosen"), [
    ({}, ("jack", "system", "system")), ({"output": "hdmi"}, ("alsa", "card", "HDMI 0")),
    ({"input": "card"}, ("alsa", "card", "card")), ({"input": "system", "output": "system"}, ("jack", "system", "system")),
    ({"device_api": "alsa"}, ("alsa", "card", "card")),
])  # fmt: skip
def test_a_side_that_is_named_decides_the_api(
    monkeypatch: pytest.MonkeyPatch, sides: dict[str, str], chosen: tuple[str, str, str]
) -> None:
    system = CARD | {"name": "system", "api": "jack"}
    info = opened(monkeypatch, Sound({48000}), None, (system, CARD, CARD | {"name": "HDMI 0", "inputs": 0}), **sides).info
    assert (info.api, info.input, info.output) == chosen


def test_a_rate_that_is_refused_is_told_with_those_it_takes(monkeypatch: pytest.MonkeyPatch) -> None:
    with pytest.raises(DeviceError, match=r"refuses 32000 Hz; it takes 44100, 64000; leave out --rate"):
        opened(monkeypatch, Sound({44100, 64000}), 32000)


def test_a_stream_that_does_not_start_is_closed(monkeypatch: pytest.MonkeyPatch) -> None:
    sound = Sound({48000}, starts=False)
    with pytest.raises(DeviceError, match=r"card cannot be started .*check that the sound server runs"):
        opened(monkeypatch, sound)
    assert sound.open == []
