"""Settings of MIDI."""

from __future__ import annotations

from pathlib import Path

import pytest

from holostream.control.midi_settings import MidiSettings


@pytest.mark.parametrize(("given", "told"), [
    ({"off": True, "ports": ("Pad",)}, "switched off by --no-midi"),
    ({"off": True, "virtual": "x"}, "switched off"),
    ({"channel": 0}, "not within 1 to 16"),
    ({"channel": 17}, "not within 1 to 16"),
    ({"api": "midi"}, "known are alsa, jack, coremidi, winmm"),
    ({"ports": ("",)}, "is empty"),
    ({"virtual": " "}, "is empty"),
    ({"virtual": ""}, "is empty"),
    ({"map_file": Path("/nowhere/midi.toml")}, "is not there"),
])
def test_what_cannot_be(given: dict, told: str) -> None:
    with pytest.raises(ValueError, match=told):
        MidiSettings(**given)


def test_what_can() -> None:
    assert MidiSettings(ports=("Pad",), virtual="x", channel=16, api="jack").follow_clock
