"""Commands: the one table of what a key, a test or a script can ask of the engine's sound.

Each is a name and one number; they travel through shared memory, one writer (control), one reader (the audio
callback), and take effect at the next hop, smoothed where a jump would click.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from holostream.codec.tier import TIERS


@dataclass(frozen=True)
class CommandKind:
    """A row of the table. `lowest` and `highest` bound the value; `choices`, if any, are the only values."""

    name: str
    help: str
    lowest: float
    highest: float
    choices: tuple[float, ...] = ()

    def accepted(self, value: float) -> float:
        """The value to send: clamped to the range. Raises ValueError if it is not a number or not a choice."""
        if not np.isfinite(value):
            raise ValueError(f"{self.name} is {value}; expected a number from {self.lowest:g} to {self.highest:g}")
        if self.choices and value not in self.choices:
            legal = ", ".join(f"{choice:g}" for choice in self.choices)
            raise ValueError(f"{self.name} is {value:g}; expected one of {legal}")
        return float(min(max(value, self.lowest), self.highest))


COMMANDS = (
    CommandKind("tier", "number of harmonics", min(TIERS), max(TIERS), tuple(map(float, TIERS))),
    CommandKind("input_gain_db", "gain before the encoder, dB", -60, 24),
    CommandKind("output_gain_db", "gain after the mix, dB", -60, 24),
    CommandKind("wet", "0 = dry input, 1 = resynthesis", 0, 1),
    CommandKind("bypass", "1 = hear the input (delayed as the codec is)", 0, 1, (0.0, 1.0)),
    CommandKind("mute", "1 = silence the output", 0, 1, (0.0, 1.0)),
    CommandKind("feedback_guard", "1 = turn the output down when it howls", 0, 1, (0.0, 1.0)),
)
COMMAND_NUMBER = {kind.name: number for number, kind in enumerate(COMMANDS)}

_SLOT = np.dtype([("number", "<u4"), ("value", "<f8")], align=True)


class CommandRing:
    """Single-writer single-reader queue of commands in a buffer; when full the writer is told, nobody waits."""

    CAPACITY = 1024
    BYTES = 128 + CAPACITY * _SLOT.itemsize

    def __init__(self, buffer: memoryview | bytearray) -> None:
        counters = memoryview(buffer).cast("B")[:128].cast("Q")
        self._written, self._read = counters[0:1], counters[8:9]
        self._slots = np.frombuffer(buffer, _SLOT, self.CAPACITY, offset=128)

    def send(self, name: str, value: float) -> bool:
        """Queue one command; False if the queue is full. Raises ValueError for an unknown name or bad value."""
        if name not in COMMAND_NUMBER:
            raise ValueError(f"unknown command {name!r}; known are {', '.join(COMMAND_NUMBER)}")
        number = COMMAND_NUMBER[name]
        accepted = COMMANDS[number].accepted(value)
        written = self._written[0]
        if written - self._read[0] >= self.CAPACITY:
            return False
        slot = self._slots[written % self.CAPACITY]
        slot["number"], slot["value"] = number, accepted
        self._written[0] = written + 1
        return True

    @property
    def pending(self) -> bool:
        return self._written[0] != self._read[0]

    def receive(self) -> tuple[str, float] | None:
        """The next command, or None."""
        read = self._read[0]
        if read == self._written[0]:
            return None
        number, value = self._slots[read % self.CAPACITY]
        self._read[0] = read + 1
        return COMMANDS[number].name, float(value)
