"""Commands: only what is in the table, clamped, in order, never waiting."""

from __future__ import annotations

import math
from dataclasses import asdict

import pytest
from hypothesis import given
from hypothesis import strategies as st

from holostream.codec.dna_moves.bend_plan import BendAmounts
from holostream.codec.dna_moves.time_moves import TimeAmounts
from holostream.codec.tier import TIERS
from holostream.engine.command import COMMAND_NUMBER, COMMANDS, MOVES, CommandKind, command_kind, names_missing_tier
from holostream.engine.command_ring import CommandRing
from holostream.engine.controls import Controls


def ring_pair() -> tuple[CommandRing, CommandRing]:
    buffer = bytearray(CommandRing.BYTES)
    return CommandRing(buffer), CommandRing(buffer)


def test_every_command_is_a_control() -> None:
    assert {kind.name for kind in COMMANDS} == set(vars(Controls(tier=64))) - {"changes"}
    assert len(COMMAND_NUMBER) == len(COMMANDS)


def test_what_asks_for_a_tier_that_is_missing() -> None:
    tiers = (16, 64)
    asking = [("tier", 4.0), ("tier", 8.0), ("morph_tier", 4.0), ("morph_tier", 256.0)]
    assert all(names_missing_tier(name, value, tiers) for name, value in asking)
    for name, value in (("tier", 16.0), ("morph_tier", 64.0), ("morph_tier", 8.0), ("tier", 5.0), ("morph", 1.0)):
        assert not names_missing_tier(name, value, tiers), "8 is where a morph goes unless somebody says otherwise"


def test_commands_arrive_in_order() -> None:
    sender, receiver = ring_pair()
    sent = [("tier", 8.0), ("wet", 0.25), ("mute", 1.0), ("output_gain_db", -3.5), ("tier", 256.0)]
    assert receiver.receive() is None
    assert all(sender.send(*command) for command in sent)
    assert [receiver.receive() for _ in sent] == sent
    assert receiver.receive() is None


@pytest.mark.parametrize(
    ("name", "value", "accepted"),
    [
        ("wet", 1.5, 1.0),
        ("wet", -1, 0.0),
        ("input_gain_db", 99, 24.0),
        ("output_gain_db", -1e30, -60.0),
        ("wet", True, 1.0),
    ],
)
def test_values_are_clamped(name: str, value: float, accepted: float) -> None:
    sender, receiver = ring_pair()
    sender.send(name, value)
    assert receiver.receive() == (name, accepted)


@pytest.mark.parametrize(
    ("name", "value", "reason"),
    [
        ("tier", 63, "expected one of 4, 8, 16, 32, 64, 128, 256"),
        ("tier", 0, "expected one of"),
        ("mute", 0.5, "one of 0, 1"),
        ("bypass", 2, "one of 0, 1"),
        ("wet", math.nan, "expected a number from 0 to 1"),
        ("wet", math.inf, "expected a number"),
        ("volume", 1, "unknown command 'volume'; known are tier, input_gain_db"),
        ("", 1, "unknown command"),
    ],
)
def test_what_is_refused_is_not_sent(name: str, value: float, reason: str) -> None:
    sender, receiver = ring_pair()
    with pytest.raises(ValueError, match=reason):
        sender.send(name, value)
    assert receiver.receive() is None


def test_a_full_queue_says_so_and_keeps_what_it_has() -> None:
    sender, receiver = ring_pair()
    fits = [sender.send("output_gain_db", number / 100) for number in range(CommandRing.CAPACITY + 3)]
    assert fits == [True] * CommandRing.CAPACITY + [False] * 3
    assert receiver.receive() == ("output_gain_db", 0.0)
    assert sender.send("mute", 1)
    assert not sender.send("mute", 0)
    rest = [receiver.receive() for _ in range(CommandRing.CAPACITY)]
    assert rest[0] == ("output_gain_db", 0.01)
    assert rest[-1] == ("mute", 1.0)


@given(st.lists(st.one_of(st.none(), st.sampled_from(TIERS)), max_size=60))
def test_nothing_is_lost_or_twice(turns: list[int | None]) -> None:
    """Many times around the ring, sending and receiving in any order."""
    sender, receiver = ring_pair()
    for _ in range(CommandRing.CAPACITY - 5):
        sender.send("tier", 4)
        receiver.receive()
    sent, received = [], []
    for tier in turns:
        if tier is None:
            received.append(receiver.receive())
        else:
            sender.send("tier", tier)
            sent.append(("tier", float(tier)))
    received += iter(receiver.receive, None)
    assert [command for command in received if command] == sent


def test_a_command_for_a_hop_waits_for_it() -> None:
    sender, receiver = ring_pair()
    sender.send("tier", 8, hop=5)
    sender.send("freeze", 1, hop=7)
    assert receiver.receive(4) is None
    assert receiver.receive(6) == ("tier", 8.0)
    assert receiver.receive(6) is None
    assert receiver.receive(7) == ("freeze", 1.0)


@pytest.mark.parametrize("kind", COMMANDS, ids=lambda kind: kind.name)
def test_a_fresh_session_is_neutral(kind: CommandKind) -> None:
    controls = Controls(tier=64, feedback_guard=False)
    assert controls.value(kind.name) == kind.neutral == kind.accepted(kind.neutral)
    controls.set(kind.name, kind.highest)
    assert controls.value(kind.name) == kind.highest


def test_the_moves_take_what_the_table_has_and_are_neutral_by_themselves() -> None:
    amounts = {**asdict(BendAmounts()), **asdict(TimeAmounts())}
    assert amounts.pop("freeze_drift") == 0
    assert amounts == {name: command_kind(name).neutral for name in amounts}
    assert {kind.name for kind in MOVES} - set(amounts) == {"morph"}
