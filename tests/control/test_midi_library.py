"""The MIDI library: missing, without an API, with what it finds."""

from __future__ import annotations

import sys

import pytest

from holostream.control import midi_library
from holostream.control.midi_input import open_midi
from holostream.control.midi_library import MidiError, PortName, list_ports, load_rtmidi, usable_apis
from holostream.control.midi_settings import MidiSettings
from tests.control.fake_rtmidi import FakeRtmidi
from tests.control.played_commands import PlayedCommands


def test_missing_is_one_sentence_and_no_more(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setitem(sys.modules, "rtmidi", None)
    with pytest.raises(MidiError, match="pip install python-rtmidi"):
        load_rtmidi()
    told: list[str] = []
    assert open_midi(MidiSettings(), PlayedCommands(), told.append) is None
    assert len(told) == 1
    assert "everything else works" in told[0]
    assert "\n" not in told[0]


def test_an_api_that_it_was_built_without() -> None:
    with pytest.raises(MidiError, match="no MIDI API 'winmm'; it has jack"):
        usable_apis(FakeRtmidi(FakeRtmidi.API_UNIX_JACK), "winmm")


def test_listing(monkeypatch: pytest.MonkeyPatch) -> None:
    fake = FakeRtmidi(FakeRtmidi.API_MACOSX_CORE)
    fake.sources.append("Pad 20:0")
    fake.sinks.append("Synth")
    monkeypatch.setattr(midi_library, "load_rtmidi", lambda: fake)
    assert list_ports() == ([PortName("coremidi", "Pad", "in"), PortName("coremidi", "Synth", "out")], {})
    assert all(client.deleted for client in fake.created)
    fake.alive = False
    assert list_ports() == ([], {"coremidi": "no server"})
