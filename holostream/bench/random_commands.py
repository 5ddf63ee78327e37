"""A performer without mercy: commands at random, and their way into a running program by OSC."""

from __future__ import annotations

import random
import socket
from collections.abc import Iterable, Iterator

from holostream.codec.tier import TIERS
from holostream.control.osc import PREFIX
from holostream.control.osc_message import write_osc
from holostream.engine.command import COMMANDS

Command = tuple[str, float | str]

NEUTRAL_SHARE = 0.35
"""Of all values of moves: else soon all of them are on all the time."""
PRESETS = tuple(f"bench {number}" for number in range(4))
LEFT_OUT = ("mute", "bypass", "feedback_guard", "input_gain_db", "output_gain_db")
"""They would hide what the others do."""


def random_commands(seed: int = 1) -> Iterator[Command]:
    """Without end: moves and their settings at any values, tiers, markers, taps, presets saved and recalled."""
    chance = random.Random(seed)
    kinds = [kind for kind in COMMANDS if kind.name not in LEFT_OUT]
    saved = 0
    while True:
        turn = chance.random()
        if turn < 0.04 and saved < len(PRESETS):
            yield "save_preset", PRESETS[saved]
            saved += 1
        elif turn < 0.08 and saved:
            yield "preset", PRESETS[chance.randrange(saved)]
        elif turn < 0.1:
            yield chance.choice((("neutral", 1.0), ("mark", "here"), ("tap", 1.0)))
        elif turn < 0.25:
            yield "tier", float(chance.choice(TIERS))
        else:
            kind = chance.choice(kinds)
            if kind.group == "move" and chance.random() < NEUTRAL_SHARE:
                yield kind.name, kind.neutral
            elif kind.choices:
                yield kind.name, chance.choice(kind.choices)
            else:
                yield kind.name, round(chance.uniform(kind.lowest, kind.highest), 3)


def send_osc(port: int, commands: Iterable[Command]) -> None:
    """To a program on this machine, a datagram each."""
    with socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as sender:
        for name, value in commands:
            sender.sendto(write_osc(PREFIX + name, value), ("127.0.0.1", port))
