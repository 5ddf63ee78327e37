"""Learning: which control is meant, and what kind it is."""

from __future__ import annotations

import pytest

from holostream.control.midi_controls import Control
from holostream.control.midi_learn import SETTLED_SECONDS, LearnedRow, guess_row, learnable


def knob(*raws: float, number: int = 20, kind: str = "control") -> list[Control]:
    return [Control(kind, 3, number, raw / 127) for raw in raws]


@pytest.mark.parametrize(("command", "run", "mode"), [
    ("tilt", knob(40, 41, 43, 46), "absolute"),
    ("tilt", knob(127, 126, 125, 124), "absolute"),
    ("tilt", knob(1, 2, 3, 4, 5), "absolute"),
    ("tilt", knob(62, 63, 64, 65), "absolute"),
    ("tilt", knob(1, 1, 1, 2, 1), "relative"),
    ("tilt", knob(1, 1.08, 1.2, 1.3), "absolute"),
    ("tilt", knob(64, 64.3, 64.5, 64.2), "absolute"),
    ("tilt", knob(1), "relative"),
    ("tilt", knob(127, 127, 126, 127), "relative"),
    ("tilt", knob(65, 65, 66, 65), "relative_offset"),
    ("tilt", knob(63, 63, 62), "relative_offset"),
    ("tilt", knob(1, 1, 65, 65), "relative_signed"),
    ("freeze", knob(127, 0), "momentary"),
    ("freeze", knob(127), "momentary"),
    ("mute", knob(127, 0), "toggle"),
    ("wet", knob(127, 0), "toggle"),
    ("record", knob(127, 0), "trigger"),
    ("record", knob(40, 41), "trigger"),
    ("freeze", knob(99, 0, kind="note"), "momentary"),
    ("mute", knob(99, 0, kind="note"), "toggle"),
    ("mute", knob(127, kind="program"), "toggle"),
    ("tier", knob(40, 45, 50), "absolute"),
    ("tilt", knob(60, 70, kind="bend", number=0), "absolute"),
    ("wet", knob(3, 3, 3, kind="channel_pressure", number=0), "absolute"),
])
def test_what_kind_of_control_it_is(command: str, run: list[Control], mode: str) -> None:
    row = guess_row(command, run)
    assert (row.command, row.mode, row.message, row.channel) == (command, mode, run[0].kind, 3)
    assert row.number == (run[0].number, run[0].number)


def test_with_a_value_a_press_sets_it() -> None:
    row = guess_row("tier", knob(99, 0, kind="note"), 8)
    assert (row.mode, row.value) == ("trigger", 8)


@pytest.mark.parametrize(("command", "value", "told"), [
    ("freze", None, "did you mean freeze"),
    ("tier", 5.0, "expected one of"),
    ("recrd", None, "did you mean record"),
    ("record", "3", "record is 3; expected 0 or 1"),
    ("tap", "7", "tap takes no value"),
    ("tilt", "steep", "tilt is 'steep'; expected a number"),
    ("preset", None, "preset needs a value: text"),
])
def test_what_cannot_be_learned(command: str, value: float | str | None, told: str) -> None:
    with pytest.raises(ValueError, match=told):
        learnable(command, value)


def test_a_button_may_learn_a_name() -> None:
    assert guess_row("preset", knob(99, 0, kind="note"), "bright one").value == "bright one"
    assert guess_row("tier", knob(99, 0, kind="note"), "16").value == 16.0


def test_a_button_needs_a_value_for_a_choice() -> None:
    with pytest.raises(ValueError, match="midi learn tier 64"):
        guess_row("tier", knob(99, 0, kind="note"))


def test_a_trembling_control_is_not_meant() -> None:
    learned = LearnedRow()
    for n in range(200):
        learned.heard((Control("control", 1, 99, (50 + n % 2) / 127),), n * 0.01)
    assert not learned.run
    for raw in (30, 31, 33, 36):
        learned.heard(tuple(knob(raw)), 3.0)
        learned.heard((Control("control", 1, 99, 50 / 127),), 3.0)
    assert {control.number for control in learned.run} == {20}
    assert not learned.settled(3.1)
    assert learned.settled(3.0 + SETTLED_SECONDS)


def test_enough_messages_settle_at_once() -> None:
    learned = LearnedRow()
    for raw in range(20):
        learned.heard(tuple(knob(30 + raw)), 1.0)
    assert learned.settled(1.0)


def test_a_release_alone_is_not_meant() -> None:
    learned = LearnedRow()
    learned.heard((), 1.0)
    learned.heard((Control("note", 1, 60, 0.0),), 1.0)
    assert not learned.settled(99.0)


def test_a_fine_half_counts_for_its_control_only_if_that_moved_too() -> None:
    own, whole = Control("control", 1, 33, 0.0), Control("control", 1, 1, 0.5)
    pair = LearnedRow()
    for n in range(8):
        pair.heard((whole._replace(value=n / 127),), 1.0)
        pair.heard((own, whole._replace(value=n / 127 + 0.001)), 1.0)
    assert pair.run[0].number == 1
    alone = LearnedRow()
    for n in range(8):
        alone.heard((own._replace(value=n / 100), whole), 1.0)
    assert alone.run[0].number == 33
