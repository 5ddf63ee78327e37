"""What can be chosen from the devices found."""

from __future__ import annotations

from holostream.ui.device_choice import BLOCKS, apis, block_label, blocks, name_label, names
from tests.ui.fake_session import DEVICES


def test_apis_in_the_order_found_and_the_virtual_one_last() -> None:
    assert apis(DEVICES, "alsa") == ["jack", "alsa", "virtual"]
    assert apis([], "virtual") == ["virtual"]
    assert apis([], "jack") == ["jack", "virtual"], "away, and still looked for"


def test_inputs_and_outputs_of_an_api_after_its_default() -> None:
    analog = "HDA Intel PCH: ALC257 Analog [hw:0,0]"
    assert names(DEVICES, "alsa", "input", None, None) == [None, analog, "USB microphone"]
    assert names(DEVICES, "alsa", "output", None, "HDMI 0") == [None, analog, "HDMI 0"]
    assert names([], "alsa", "output", None, "HDMI 0") == [None, "HDMI 0"], "away, and still looked for"


def test_files_in_use_stay_choosable() -> None:
    assert names(DEVICES, "virtual", "input", "song.flac", None) == [None, "song.flac"]
    assert names(DEVICES, "virtual", "output", None, None) == [None]
    assert names(DEVICES, "jack", "input", "song.flac", None) == [None, "song.flac", "system"]


def test_the_block_in_use_can_be_kept() -> None:
    assert blocks(None) == list(BLOCKS)
    assert blocks(64) == list(BLOCKS)
    assert blocks(2048) == [*BLOCKS, 2048]
    assert blocks(48)[:4] == [None, 32, 48, 64]


def test_labels() -> None:
    assert name_label(None, "virtual", "input") == "demo voice"
    assert name_label(None, "jack", "output") == "default output"
    assert name_label("system", "jack", "output") == "system"
    assert [block_label(block) for block in BLOCKS][:2] == ["default", "32 samples"]
