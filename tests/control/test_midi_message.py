"""MIDI bytes as messages."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from holostream.control.midi_message import CHANNEL_KINDS, SYSTEM_KINDS, MidiMessage, message_text, read_message


@pytest.mark.parametrize(("data", "expected"), [
    ([0x90, 60, 100], MidiMessage("note_on", 1, 60, 100)),
    ([0x9F, 60, 0], MidiMessage("note_off", 16, 60, 0)),
    ([0x81, 60, 64], MidiMessage("note_off", 2, 60, 64)),
    ([0xA0, 24, 3], MidiMessage("poly_pressure", 1, 24, 3)),
    ([0xB9, 7, 127], MidiMessage("control", 10, 7, 127)),
    ([0xC0, 6], MidiMessage("program", 1, 6, 0)),
    ([0xD0, 77], MidiMessage("channel_pressure", 1, 0, 77)),
    ([0xE0, 0, 64], MidiMessage("bend", 1, 0, 0)),
    ([0xE0, 0, 0], MidiMessage("bend", 1, 0, -8192)),
    ([0xE0, 127, 127], MidiMessage("bend", 1, 0, 8191)),
    ([0xF8], MidiMessage("clock", 0, 0, 0)),
    ([0xFA], MidiMessage("start", 0, 0, 0)),
    ([0xFB], MidiMessage("continue", 0, 0, 0)),
    ([0xFC], MidiMessage("stop", 0, 0, 0)),
])
def test_every_kind_of_message(data: list[int], expected: MidiMessage) -> None:
    assert read_message(data) == expected
    assert read_message(bytes(data)) == expected


@pytest.mark.parametrize("data", [
    [], [0], [60, 100], [0x90], [0x90, 60], [0x90, 60, 128], [0x90, 60, 1, 2], [0xC0, 1, 2], [0xB0, 200, 1],
    [0xF0, 1, 2, 0xF7], [0xF0], [0xF7], [0xF1, 3], [0xF2, 1, 2], [0xF6], [0xFE], [0xFF], [0xF8, 0],
])  # fmt: skip
def test_what_is_no_message_of_use(data: list[int]) -> None:
    assert read_message(data) is None


@given(st.one_of(st.binary(max_size=6), st.lists(st.integers(-300, 300), max_size=5)))
def test_any_bytes_give_a_message_within_its_range_or_none(data) -> None:
    message = read_message(data)
    if message is not None:
        assert message.kind in {kind for kind, _ in CHANNEL_KINDS.values()} | set(SYSTEM_KINDS.values())
        assert 0 <= message.channel <= 16
        assert 0 <= message.number <= 127
        assert (-8192 if message.kind == "bend" else 0) <= message.value <= (8191 if message.kind == "bend" else 127)
        assert message.kind.split("_")[0] in message_text(message)


def test_messages_as_people_write_them() -> None:
    assert message_text(MidiMessage("note_on", 2, 60, 100)) == "note on C4 (60) 100, channel 2"
    assert message_text(MidiMessage("control", 1, 7, 99)) == "control 7 = 99, channel 1"
    assert message_text(MidiMessage("program", 1, 7, 0)) == "program 7, channel 1"
    assert message_text(MidiMessage("clock", 0, 0, 0)) == "clock"
