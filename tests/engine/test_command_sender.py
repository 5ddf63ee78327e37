"""Many threads, one ring: nothing is refused for want of room, and the last value of every command gets through."""

from __future__ import annotations

import threading

import pytest

from holostream.engine.command_ring import CommandRing
from holostream.engine.command_sender import CommandSender


@pytest.fixture
def ring() -> CommandRing:
    return CommandRing(bytearray(CommandRing.BYTES))


def received(ring: CommandRing) -> list[tuple[str, float]]:
    commands = []
    while (command := ring.receive()) is not None:
        commands.append(command)
    return commands


def test_a_flood_keeps_the_last_value_of_each_in_the_order_last_asked_for(ring: CommandRing) -> None:
    sender = CommandSender(ring)
    for number in range(3000):
        sender.send("tilt", number % 12)
        sender.send("wet", number / 3000)
    sender.send("mute", 1)
    sender.send("wet", 0.125)
    assert len(sender._waiting) == 3
    first = received(ring)
    assert len(first) == CommandRing.CAPACITY
    sender.flush()
    assert received(ring) == [("tilt", 2999 % 12), ("mute", 1), ("wet", 0.125)]
    assert len(sender._waiting) == 0
    sender.send("mute", 0)
    assert received(ring) == [("mute", 0)]


def test_nothing_overtakes_what_waits(ring: CommandRing) -> None:
    sender = CommandSender(ring)
    for _ in range(CommandRing.CAPACITY + 1):
        sender.send("glide_ms", 500)
    ring.receive()
    sender.send("tilt", 3)
    sender.flush()
    assert len(sender._waiting) == 1
    received(ring)
    sender.flush()
    assert received(ring) == [("tilt", 3)]


def test_what_is_bad_is_refused_even_when_full(ring: CommandRing) -> None:
    sender = CommandSender(ring)
    for _ in range(CommandRing.CAPACITY + 1):
        sender.send("wet", 0)
    with pytest.raises(ValueError, match="tier is 5"):
        sender.send("tier", 5)
    sender.send("tilt", 99)
    received(ring)
    sender.flush()
    assert received(ring) == [("wet", 0), ("tilt", 12)]


def test_threads_lose_no_final_value(ring: CommandRing) -> None:
    sender = CommandSender(ring)
    names = ("tilt", "wet", "gate", "robot")

    def play(name: str) -> None:
        for number in range(1000):
            sender.send(name, number / 1000)
        sender.send(name, 0.5)

    threads = [threading.Thread(target=play, args=(name,)) for name in names]
    last: dict[str, float] = {}
    for thread in threads:
        thread.start()
    while any(thread.is_alive() for thread in threads) or sender._waiting:
        sender.flush()
        last.update(received(ring))
    last.update(received(ring))
    assert last == dict.fromkeys(names, 0.5)
