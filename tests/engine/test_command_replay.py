"""Commands at their hops again, from the state a recording begins with."""

from __future__ import annotations

import pytest

from holostream.engine.command_replay import CommandReplay
from holostream.format.holo_error import HoloFormatError
from holostream.format.holo_events import Event

HOP = 128


def replay(*events: tuple[float, str, float | str], first_hop: int = 10) -> CommandReplay:
    rows = [Event(round(hop * HOP), name, value) for hop, name, value in events]
    return CommandReplay(rows, HOP, first_hop, 64, "a.holo")


def test_the_first_value_is_settled_and_the_second_a_change() -> None:
    commands = replay((10, "wet", 1.0), (10, "output_gain_db", -6.0), (10, "wet", 0.5), (12, "mute", 1.0))
    controls = commands.controls
    assert (controls.wet, controls.output_gain_db, controls.mute) == (1.0, -6.0, False)
    commands.apply(10)
    assert controls.wet == 0.5
    commands.apply(11)
    assert not controls.mute
    commands.apply(12)
    assert controls.mute is True
    assert commands.lets_dry_through


def test_order_time_between_hops_markers_and_strangers() -> None:
    commands = replay((13, "wet", 1.0), (11.5, "tier", 8.0), (9, "tilt", 3.0), (10, "tilt", 0.0), (10, "marker", "here"),
                      (10, "warp", 9.0))  # fmt: skip
    assert (commands.controls.tilt, commands.unknown, commands.lets_dry_through) == (3.0, {"warp"}, False)
    commands.apply(10)
    assert commands.controls.tilt == 0.0
    commands.apply(11)
    assert commands.controls.tier == 64
    commands.apply(12)
    assert commands.controls.tier == 8


@pytest.mark.parametrize(("name", "value"), [("bypass", 1.0), ("wet", 0.99)])
def test_the_dry_sound_is_noticed(name: str, value: float) -> None:
    assert replay((10, name, value)).lets_dry_through


@pytest.mark.parametrize(("name", "value"), [("tier", 5.0), ("mute", 0.5), ("wet", "wet")])
def test_a_value_that_cannot_be_is_told(name: str, value: float | str) -> None:
    with pytest.raises(HoloFormatError, match=rf"a.holo holds a command that cannot be run again: {name} is .*expected"):
        replay((10, name, value))
