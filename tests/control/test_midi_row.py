"""Rows: what can be, what is filled in, and values there and back."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from holostream.codec.tier import TIERS
from holostream.control.curve import CURVES
from holostream.control.midi_row import MidiRow, relative_steps
from holostream.engine.command import COMMANDS


@given(st.sampled_from(COMMANDS), st.sampled_from(CURVES), st.floats(0, 1))
def test_every_command_takes_what_any_knob_gives_and_gives_it_back(kind, curve, place) -> None:
    row = MidiRow("control", kind.name, (7, 7), curve=curve)
    value = row.value_at(place)
    assert kind.accepted(value) == pytest.approx(value)
    assert row.value_at(row.place_of(value)) == pytest.approx(value, abs=1e-3 * (kind.highest - kind.lowest))


def test_the_range_is_the_commands_own_or_within_it() -> None:
    row = MidiRow("control", "tilt")
    assert (row.value_at(0), row.value_at(1)) == (-12, 12)
    row = MidiRow("control", "tilt", low=6, high=-99)
    assert (row.value_at(0), row.value_at(1)) == (6, -12)
    assert MidiRow("control", "freeze", mode="momentary").low == 0
    assert MidiRow("control", "speed", mode="toggle", high=2).low == 1
    stutter = MidiRow("note", "stutter", mode="toggle", values=(0.25, 0.5))
    assert (stutter.toggled(0.25), stutter.toggled(0.5)) == (0.5, 0.25)


def test_next_to_neutral_is_neutral() -> None:
    """7 bits have no middle."""
    row = MidiRow("control", "tilt")
    assert row.value_at(63 / 127) == row.value_at(64 / 127) == 0.0
    assert row.value_at(65 / 127) > 0 > row.value_at(62 / 127)
    assert MidiRow("bend", "speed", curve="exp").value_at(0.5) == 1.0


def test_values_are_even_steps() -> None:
    row = MidiRow("control", "tier")
    assert [row.value_at(n / 7 + 0.01) for n in range(7)] == list(TIERS)
    assert row.value_at(1.0) == 256
    assert row.value_at(row.place_of(32)) == 32
    assert [MidiRow("control", "comb", values=(1, 2, 4)).value_at(x) for x in (0.2, 0.5, 0.9)] == [1, 2, 4]


def test_pick_goes_by_number() -> None:
    row = MidiRow("note", "tier", (24, 30), mode="pick")
    assert [row.picked(number) for number in range(24, 31)] == list(TIERS)
    assert MidiRow("note", "shift", (36, 60), mode="pick", low=-12, high=12).picked(48) == 0
    assert MidiRow("program", "preset", (7, 127), mode="pick").picked(9) == 9
    assert MidiRow("program", "preset", (7, 127), mode="pick", low=1).picked(9) == 3


@given(st.integers(0, 127), st.integers(0, 127), st.integers(0, 127), st.sampled_from(["tier", "shift", "preset"]))
def test_without_one_number_the_others_do_what_they_did(one, other, gone, command) -> None:
    row = MidiRow("note", command, (min(one, other), max(one, other)), mode="pick")
    parts = row.without_number(gone)
    left = {number: part for part in parts for number in range(part.number[0], part.number[1] + 1)}
    assert set(left) == set(range(row.number[0], row.number[1] + 1)) - {gone}
    assert all(part.picked(number) == row.picked(number) for number, part in left.items())


def test_presses() -> None:
    key, pedal = MidiRow("note", "mute", mode="toggle"), MidiRow("control", "freeze", mode="momentary")
    assert key.pressed(1 / 127)
    assert not key.pressed(0.0)
    assert pedal.pressed(64 / 127)
    assert not pedal.pressed(63 / 127)
    soft = MidiRow("note", "mute", mode="toggle", input=(1, 63))
    assert soft.pressed(63 / 127)
    assert not soft.pressed(64 / 127)
    assert (key.toggled(0.0), key.toggled(1.0)) == (1.0, 0.0)


def test_input_is_the_part_of_the_way_that_counts() -> None:
    row = MidiRow("control", "wet", input=(10, 20))
    assert [row.place(raw / 127) for raw in (0, 10, 15, 20, 127)] == pytest.approx([0, 0, 0.5, 1, 1])


@pytest.mark.parametrize(("mode", "steps"), [
    ("relative", {1: 1, 5: 5, 127: -1, 123: -5, 0: 0}),
    ("relative_offset", {65: 1, 69: 5, 63: -1, 59: -5, 64: 0}),
    ("relative_signed", {1: 1, 5: 5, 65: -1, 69: -5, 0: 0, 64: 0}),
])
def test_endless_knobs(mode: str, steps: dict[int, int]) -> None:
    assert {raw: relative_steps(mode, raw / 127) for raw in steps} == steps


def test_steps_of_an_endless_knob() -> None:
    wet, tier = MidiRow("control", "wet", mode="relative"), MidiRow("control", "tier", mode="relative")
    assert wet.stepped(0.0, 127) == pytest.approx(1.0)
    assert wet.stepped(1.0, 5) == pytest.approx(1.0)
    assert wet.stepped(0.5, 0) == 0.5
    assert [tier.stepped(64, n) for n in (-9, -1, 1, 2, 9)] == [4, 32, 128, 256, 256]
    tilt = MidiRow("control", "tilt", mode="relative")
    value = -12.0
    for _ in range(127):
        value = tilt.stepped(value, 1)
    assert value == pytest.approx(12, abs=0.2), "stuck at the middle"


@pytest.mark.parametrize(("given", "told"), [
    ({"message": "knob"}, "message 'knob' is unknown; known are note"),
    ({"command": "freze"}, "did you mean freeze"),
    ({"mode": "absolut"}, "did you mean absolute"),
    ({"curve": "cubic"}, "curve 'cubic' is unknown; known are lin, log, exp"),
    ({"number": (0, 128)}, "not within 0 to 127"),
    ({"number": (-1, 3)}, "not within"),
    ({"number": (5, 4)}, "not within"),
    ({"message": "nrpn", "number": (0, 999)}, "more than 128"),
    ({"message": "bend", "number": (1, 1)}, "not within 0 to 0"),
    ({"channel": 17}, "not within 1 to 16"),
    ({"command": "record"}, "mode can be trigger or pick"),
    ({"message": "program"}, "mode can be toggle, pick or trigger"),
    ({"command": "mute", "mode": "trigger"}, "needs the value to set"),
    ({"command": "tier", "mode": "trigger", "value": 5}, "expected one of 4, 8"),
    ({"command": "tier", "values": (4, 5)}, "expected one of 4, 8"),
    ({"input": (20, 20)}, "is no range within 0 to 127"),
    ({"input": (0, 128)}, "is no range"),
    ({"low": float("nan")}, "wet is nan"),
])
def test_what_cannot_be_is_one_sentence(given: dict, told: str) -> None:
    with pytest.raises(ValueError, match=told):
        MidiRow(**{"message": "control", "command": "wet", **given})
