"""Applied commands: in order, with their hops, counted when lost, never waiting."""

from __future__ import annotations

from hypothesis import given
from hypothesis import strategies as st

from holostream.engine.applied_ring import AppliedCommand, AppliedRing
from holostream.engine.command import COMMANDS

NAMES = [kind.name for kind in COMMANDS]


def ring_pair() -> tuple[AppliedRing, AppliedRing]:
    buffer = bytearray(AppliedRing.BYTES)
    return AppliedRing(buffer), AppliedRing(buffer)


def test_commands_come_back_in_order() -> None:
    writer, reader = ring_pair()
    assert reader.take() == []
    applied = [(0, name, 0.1 * number) for number, name in enumerate(NAMES)] + [
        (2**40, "tier", 256.0),
        (-3, "wet", -0.5),
    ]
    for command in applied:
        writer.report(*command)
    assert reader.take() == [AppliedCommand(*command) for command in applied]
    assert reader.take() == []


def test_a_full_ring_keeps_the_oldest_and_counts_the_others() -> None:
    writer, reader = ring_pair()
    for hop in range(AppliedRing.CAPACITY + 3):
        writer.report(hop, "wet", 0.5)
    assert reader.lost == 3
    assert [command.hop for command in reader.take()] == list(range(AppliedRing.CAPACITY))
    writer.report(5000, "mute", 1.0)
    assert reader.take() == [(5000, "mute", 1.0)]
    assert reader.lost == 3


@given(st.lists(st.one_of(st.none(), st.integers(1, 400)), max_size=40))
def test_nothing_comes_twice_or_in_another_order(turns: list[int | None]) -> None:
    """Around the ring, reading at any time: what was not lost is read once."""
    writer, reader = ring_pair()
    hop, kept, waiting, taken = 0, [], 0, []
    for turn in turns:
        if turn is None:
            taken += [command.hop for command in reader.take()]
            waiting = 0
        for _ in range(turn or 0):
            if waiting < AppliedRing.CAPACITY:
                kept.append(hop)
                waiting += 1
            writer.report(hop, "tier", 4.0)
            hop += 1
    taken += [command.hop for command in reader.take()]
    assert taken == kept
    assert reader.lost == hop - len(kept)
