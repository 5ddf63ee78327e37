"""Finding devices by name and API, without any."""

from __future__ import annotations

import pytest

from holostream.engine.device_list import DeviceError, built_in, find_device, is_file, lasting_name, wants_virtual
from holostream.engine.settings import LiveSettings


def device(name: str, api: str, inputs: int = 2, outputs: int = 2) -> dict:
    return {"name": name, "api": api, "inputs": inputs, "outputs": outputs, "rate": 48000, "number": 0}


DEVICES = [
    device("system", "jack"),
    device("USB Audio CODEC", "alsa"),
    device("USB Audio", "alsa"),
    device("Loudspeaker", "alsa", inputs=0),
]


@pytest.mark.parametrize(
    ("name", "kind", "api", "found"),
    [
        (None, "input", None, "system"),
        (None, "output", "alsa", "USB Audio CODEC"),
        ("USB Audio", "input", None, "USB Audio"),
        ("usb audio c", "input", None, "USB Audio CODEC"),
        ("codec", "output", "alsa", "USB Audio CODEC"),
        ("speaker", "output", None, "Loudspeaker"),
    ],
)
def test_a_device_is_found_by_name_start_or_part(name, kind, api, found):
    assert find_device(DEVICES, name, kind, api)["name"] == found


@pytest.mark.parametrize(("asked", "opened", "lasts"), [
    ("USB", "USB Mic: Audio (hw:2,0)", "USB Mic: Audio"), (None, "system", "system"), (None, "", None), ("a.wav", "a.wav", "a.wav"),
])  # fmt: skip
def test_what_was_opened_is_found_again_by_its_whole_name(asked, opened, lasts):
    assert lasting_name(asked, opened) == lasts


def test_an_unknown_name_lists_what_there_is():
    with pytest.raises(DeviceError, match=r"no input device named 'Yeti'; there are: 'system' \(jack\); 'USB Audio") as told:
        find_device(DEVICES, "Yeti", "input", None)
    assert "Loudspeaker" not in str(told.value)


def test_an_api_without_devices_lists_the_others():
    with pytest.raises(DeviceError, match="no output device with API coreaudio; device APIs with devices: alsa, jack, virtual"):
        find_device(DEVICES, None, "output", "coreaudio")


@pytest.mark.parametrize(
    ("name", "expected"),
    [("MacBook Pro Microphone", True), ("HDA Intel PCH: ALC257", True), ("sof-hda-dsp: - (hw:0,0)", True),
     ("Microphone Array (Intel Smart Sound Technology)", True), ("Scarlett 2i2 USB", False), ("system", False)],
)
def test_built_in_devices_are_recognized(name, expected):
    assert built_in(name) is expected


@pytest.mark.parametrize(("name", "expected"), [(None, False), ("USB Audio", False), ("voice.wav", True), ("a.FLAC", True)])
def test_files_are_told_from_devices(name, expected):
    assert is_file(name) is expected


@pytest.mark.parametrize(
    ("settings", "expected"),
    [
        (LiveSettings(), False),
        (LiveSettings(device_api="virtual"), True),
        (LiveSettings(input="a.wav", output="b.wav"), True),
        (LiveSettings(input="a.wav"), False),
        (LiveSettings(virtual_time=True), True),
    ],
)
def test_what_needs_no_sound_card(settings, expected):
    assert wants_virtual(settings) is expected
