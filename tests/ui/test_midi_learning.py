"""Learning ends in one sentence, whatever comes of it."""

from __future__ import annotations

import time

import pytest

from holostream.ui.live_midi import NO_MIDI
from holostream.ui.midi_learning import MidiLearning
from tests.ui.fake_midi import FakeMidi


def ended(learning: MidiLearning) -> None:
    deadline = time.monotonic() + 10
    while learning.waiting_for and time.monotonic() < deadline:
        time.sleep(0.001)
    assert not learning.waiting_for


def test_one_command_at_a_time_is_learned() -> None:
    midi, told = FakeMidi(), list[str]()
    learning = MidiLearning(midi, told.append)
    learning.start("tier", 16.0)
    learning.start("freeze")
    assert learning.waiting_for == "tier"
    midi.move("note C3")
    ended(learning)
    assert told == ["learned: note C3 → tier 16"]
    assert midi.learned == [("tier", 16.0)]


def test_giving_up_unknown_commands_and_no_midi_are_told() -> None:
    midi, told = FakeMidi(), list[str]()
    learning = MidiLearning(midi, told.append)
    learning.stop()
    learning.start("wet")
    learning.stop()
    ended(learning)
    learning.start("wett")
    ended(learning)
    MidiLearning(None, told.append).start("wet")
    assert told[0] == "nothing learned for wet: no control was moved"
    assert told[1] == "unknown command 'wett'; did you mean wet?"
    assert told[2] == NO_MIDI


def test_a_map_that_cannot_be_written_is_told(monkeypatch: pytest.MonkeyPatch) -> None:
    def full(*_: object) -> None:
        raise OSError(28, "No space left on device", "midi.toml")

    midi, told = FakeMidi(), list[str]()
    monkeypatch.setattr(midi, "learn", full)
    learning = MidiLearning(midi, told.append)
    learning.start("wet")
    ended(learning)
    assert told == ["nothing learned for wet: midi.toml: No space left on device; check its permissions and room"]
