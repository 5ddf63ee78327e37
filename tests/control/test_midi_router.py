"""Moved controls to commands."""

from __future__ import annotations

import pytest

from holostream.control.midi_controls import Control
from holostream.control.midi_map import MidiMap
from holostream.control.midi_router import MidiRouter
from holostream.control.midi_row import MidiRow
from tests.control.played_commands import PlayedCommands


class Played:
    """A router on remembered commands."""

    def __init__(self, *rows: MidiRow) -> None:
        self.commands, self.complaints = PlayedCommands(), []
        self.router = MidiRouter(MidiMap(rows), self.commands, self.complaints.append)

    def play(self, *raws: int, kind: str = "control", number: int = 7, at_once: bool = False) -> list:
        """What was done for these values, each a turn or all in one."""
        moved = [(Control(kind, 1, number, raw / 127),) for raw in raws]
        for turn in [moved] if at_once else [[one] for one in moved]:
            self.router.turn([found for one in turn if (found := self.router.rows_for(one))])
        done, self.commands.done = self.commands.done, []
        return done


def test_a_knob_picks_its_value_up_and_then_moves_it() -> None:
    played = Played(MidiRow("control", "wet", (7, 7)))
    assert played.play(0, 64, 120) == []
    assert played.play(127, 64, 0) == [("wet", pytest.approx(64 / 127)), ("wet", 0.0)]
    played.commands.do("wet", 0.5)
    played.commands.done.clear()
    assert played.play(10, 20) == []
    assert played.play(80) == [("wet", pytest.approx(80 / 127))]


def test_each_of_two_knobs_that_turn_the_same_must_meet_the_value() -> None:
    played = Played(MidiRow("control", "wet", (7, 8)))
    moved = [(7, "a", 127), (7, "a", 60), (7, "b", 10), (8, "a", 20), (7, "a", 58), (7, "b", 70)]
    wanted = [(Control("control", 1, number, raw / 127), port) for number, port, raw in moved]
    for control, port in wanted:
        found = played.router.rows_for((control,))
        assert found is not None
        played.router.turn([found], port)
    assert [round(float(value) * 127) for _, value in played.commands.done] == [60, 58, 70]


def test_without_pickup_it_jumps() -> None:
    assert Played(MidiRow("control", "wet", (7, 7), pickup=False)).play(0) == [("wet", 0.0)]
    assert Played(MidiRow("bend", "tilt")).play(0, kind="bend", number=0) == [("tilt", -12.0)]


def test_a_knob_of_few_steps_is_met_anywhere_in_its_step() -> None:
    played = Played(MidiRow("control", "tier", (7, 7)))
    assert played.play(75, 100) == [("tier", 128.0)]


def test_of_a_flood_only_the_last_place_counts_and_is_never_lost() -> None:
    played = Played(MidiRow("control", "wet", (7, 7), pickup=False))
    assert played.play(*range(100), 55, at_once=True) == [("wet", pytest.approx(55 / 127))]


def test_a_knob_that_met_its_value_in_the_midst_of_a_flood_has_it() -> None:
    played = Played(MidiRow("control", "wet", (7, 7)))
    assert played.play(127, 60, at_once=True) == [("wet", pytest.approx(60 / 127))]


def test_a_press_finds_the_knobs_as_they_were_when_it_came() -> None:
    played = Played(MidiRow("control", "wet", (7, 7), pickup=False), MidiRow("note", "mark", (60, 60), mode="trigger"))
    moved = [Control("control", 1, 7, 0.5), Control("note", 1, 60, 1.0), Control("control", 1, 7, 0.75)]
    played.router.turn([played.router.rows_for((one,)) for one in moved])
    assert played.commands.done == [("wet", 0.5), ("mark", None), ("wet", 0.75)]


def test_endless_knobs_add_up() -> None:
    played = Played(MidiRow("control", "tilt", (7, 7), mode="relative"))
    done = played.play(1, 1, 3, at_once=True)
    assert done == [("tilt", pytest.approx(24 * 5 / 127))]
    assert played.play(127, 127, 127, 127, 127, at_once=True) == [("tilt", 0.0)]
    assert played.play(1, 127, at_once=True) == []
    tiers = Played(MidiRow("control", "tier", (7, 7), mode="relative"))
    assert tiers.play(1, 1, 127, 1, at_once=True) == [("tier_step", 2.0)], "which passes over those that are not there"


def test_momentary_holds_while_pressed() -> None:
    played = Played(MidiRow("control", "freeze", (7, 7), mode="momentary"))
    assert played.play(0) == []
    assert played.play(127, 0) == [("freeze", 1.0), ("freeze", 0.0)]
    assert played.play(127, 0, at_once=True) == [("freeze", 1.0), ("freeze", 0.0)]


def test_toggle_by_every_kind_of_button() -> None:
    on, off = ("mute", 1.0), ("mute", 0.0)
    row = MidiRow("control", "mute", (7, 7), mode="toggle")
    assert Played(row).play(127, 0, 127, 0) == [on, off], "tells its release"
    assert Played(row).play(127, 127, 127) == [on, off, on], "does not"
    assert Played(row).play(60, 64, 70, 90, 127, 90, 30) == [on], "a knob"
    assert Played(MidiRow("note", "mute", (7, 7), mode="toggle")).play(1, 0, 99, 0, kind="note") == [on, off]
    assert Played(MidiRow("note", "mute", (7, 7), mode="toggle")).play(100, 90, 0, 0, kind="note") == [on, off], "struck again"
    assert Played(MidiRow("program", "mute", (7, 7), mode="toggle")).play(127, 127, kind="program") == [on, off]


def test_pick_and_trigger() -> None:
    played = Played(
        MidiRow("note", "tier", (24, 30), mode="pick"), MidiRow("program", "preset", (7, 9), mode="pick"),
        MidiRow("note", "tempo", (60, 60), mode="trigger", value=100), MidiRow("start", "record", mode="trigger"),
    )  # fmt: skip
    assert played.play(9, 0, kind="note", number=26) == [("tier", 16.0)]
    assert played.play(9, 0, kind="note", number=60) == [("tempo", 100.0)]
    assert played.play(127, kind="program", number=7) == [("preset", 7.0)]
    assert played.play(127, 127, kind="start", number=0) == [("record", None), ("record", None)]


def test_keys_of_one_row_do_not_hinder_each_other() -> None:
    played = Played(MidiRow("note", "tier", (24, 30), mode="pick"))
    done = played.play(9, kind="note", number=24) + played.play(9, kind="note", number=25)
    assert done == [("tier", 4.0), ("tier", 8.0)]


def test_a_refused_command_is_told_and_the_rest_goes_on() -> None:
    played = Played(
        MidiRow("program", "preset", (0, 99), mode="pick"), MidiRow("program", "mark", (0, 99), mode="trigger")
    )
    assert played.play(127, kind="program", number=50) == [("mark", None)]
    assert played.complaints == ["there is no preset 50.0"]


def test_of_two_readings_the_first_that_the_map_knows_counts() -> None:
    own, whole = Control("control", 1, 33, 0.1), Control("control", 1, 1, 0.5)
    wet, tilt = MidiRow("control", "wet", (1, 1)), MidiRow("control", "tilt", (33, 33))
    assert Played(wet).router.rows_for((own, whole)) == (whole, [wet])
    assert Played(wet, tilt).router.rows_for((own, whole)) == (own, [tilt])
    assert Played().router.rows_for((own, whole)) is None
