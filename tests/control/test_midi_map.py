"""The map: rows found by control, and as lines for people."""

from __future__ import annotations

import pytest

from holostream.codec.tier import TIERS
from holostream.control.midi_controls import Control
from holostream.control.midi_map import MidiMap, control_text, effect_text, map_lines, row_text
from holostream.control.midi_map_file import default_map
from holostream.control.midi_row import MidiRow


def test_rows_are_found_by_kind_number_and_channel() -> None:
    any_channel, second = MidiRow("control", "wet", (1, 3)), MidiRow("control", "tilt", (3, 3), channel=2)
    rows = MidiMap((any_channel, second))
    assert list(rows) == [any_channel, second]
    assert list(rows.rows_for(Control("control", 5, 2, 0))) == [any_channel]
    assert list(rows.rows_for(Control("control", 2, 3, 0))) == [any_channel, second]
    assert list(rows.rows_for(Control("control", 1, 3, 0))) == [any_channel]
    assert list(rows.rows_for(Control("note", 1, 3, 0))) == []
    assert list(rows.rows_for(Control("control", 1, 4, 0))) == []


def test_the_map_that_comes_with_the_program() -> None:
    rows = default_map()

    def commands(kind: str, number: int) -> list[str]:
        return [row.command for row in rows.rows_for(Control(kind, 9, number, 1.0))]

    assert [rows.rows_for(Control("program", 1, n, 1.0))[0].picked(n) for n in range(7)] == list(TIERS)
    assert [rows.rows_for(Control("note", 1, n, 1.0))[0].picked(n) for n in range(24, 31)] == list(TIERS)
    assert commands("note", 23) == commands("note", 31) == []
    assert (commands("control", 1), commands("control", 7)) == (["wet"], ["output_gain_db"])
    sustain = rows.rows_for(Control("control", 1, 64, 1.0))[0]
    assert (sustain.command, sustain.mode) == ("freeze", "momentary")
    gain = rows.rows_for(Control("control", 1, 7, 1.0))[0]
    assert gain.value_at(100 / 127) == 0.0
    assert (gain.value_at(0), gain.value_at(1)) == pytest.approx((-60, 3.2), abs=0.1)
    assert rows.rows_for(Control("bend", 1, 0, 0.5))[0].value_at(0.5) == 0.0
    assert commands("program", 7) == commands("program", 127) == ["preset"]
    reached = {row.command for row in rows}
    assert reached >= {
        "loop", "loop_beats", "stutter", "reverse", "whisper", "robot", "tilt", "morph", "cross", "mute", "shift", "speed",
    }  # fmt: skip


def test_lines_for_people() -> None:
    lines = dict(map_lines(default_map()))
    assert lines["notes C1-F#1"] == lines["programs 0-6"] == "tier by number"
    assert lines["CC 1"] == "wet"
    assert lines["CC 64"] == "freeze while pressed"
    assert lines["CC 80"] == "mute on, off"
    assert lines["pitch bend"] == "shift -12 to 12"
    assert control_text("note", 60, 60, 10) == "note C4 on channel 10"
    assert control_text("nrpn", 300, 301) == "NRPN 300-301"
    assert row_text(MidiRow("note", "tier", (60, 60), mode="trigger", value=8)) == "tier 8"
    assert row_text(MidiRow("note", "save_preset", (60, 60), mode="trigger", value="a")) == "save_preset a"
    assert row_text(MidiRow("control", "wet", mode="relative")) == "wet by an endless knob"


@pytest.mark.parametrize(("row", "value", "text"), [
    (MidiRow("control", "wet"), 0.5, "wet 0.5 (once the knob meets it)"),
    (MidiRow("bend", "wet"), 0.5, "wet 0.5"),
    (MidiRow("control", "wet", mode="relative"), 1.0, "wet -1 steps"),
    (MidiRow("control", "freeze", mode="momentary"), 0.0, "freeze 0"),
    (MidiRow("control", "mute", mode="toggle"), 1.0, "mute on, off"),
    (MidiRow("control", "mute", mode="toggle"), 0.0, "mute: nothing at its release"),
    (MidiRow("program", "tier", (0, 6), mode="pick"), 1.0, "tier 4"),
    (MidiRow("control", "record", mode="trigger"), 1.0, "record"),
])
def test_effects_for_the_monitor(row: MidiRow, value: float, text: str) -> None:
    assert effect_text(row, Control(row.message, 1, 0, value)) == text
