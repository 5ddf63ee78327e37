"""Commands: the one table of what a key, MIDI, OSC, a preset, a test or a script can ask of the engine's sound.

Each is a name and one number; `command_ring` carries them to the audio callback. They take effect at the next hop, or at
the hop they are meant for, and glide where a jump would click. What is asked of the session instead (record, recall a
preset, ...) is in `control.action`.
"""

from __future__ import annotations

from collections.abc import Collection
from dataclasses import dataclass
from typing import Literal

import numpy as np

from holostream.codec.dna_moves.time_moves import LONGEST_SECONDS
from holostream.codec.tier import TIERS

SWITCH = (0.0, 1.0)


@dataclass(frozen=True)
class CommandKind:
    """A row of the table. `lowest` and `highest` bound the value; `choices`, if any, are the only values.

    `neutral` is the value of a fresh session (but for `feedback_guard`, see `Controls`). A `move` bends the DNA: at its neutral value it does nothing, bit for bit;
    a `setting` of a move or of tempo does nothing by itself.
    """

    name: str
    help: str
    lowest: float
    highest: float
    neutral: float = 0.0
    choices: tuple[float, ...] = ()
    group: Literal["mixer", "move", "setting"] = "mixer"

    @property
    def is_switch(self) -> bool:
        """Either on or off."""
        return self.choices == SWITCH

    def accepted(self, value: float) -> float:
        """The value to send: clamped to the range. Raises ValueError if it is not a number or not a choice."""
        if not np.isfinite(value):
            raise ValueError(f"{self.name} is {value}; expected a number from {self.lowest:g} to {self.highest:g}")
        if self.choices and value not in self.choices:
            legal = ", ".join(f"{choice:g}" for choice in self.choices)
            raise ValueError(f"{self.name} is {value:g}; expected one of {legal}")
        return float(min(max(value, self.lowest), self.highest))


def _move(name: str, help: str, lowest: float = 0.0, highest: float = 1.0, neutral: float = 0.0) -> CommandKind:
    return CommandKind(name, help, lowest, highest, neutral, group="move")


def _setting(
    name: str, help: str, lowest: float, highest: float, neutral: float, choices: tuple[float, ...] = ()
) -> CommandKind:
    return CommandKind(name, help, lowest, highest, neutral, choices, "setting")


COMMANDS = (
    CommandKind("tier", "number of harmonics", min(TIERS), max(TIERS), 64.0, tuple(map(float, TIERS))),
    CommandKind("input_gain_db", "gain before the encoder, dB", -60, 24),
    CommandKind("output_gain_db", "gain after the mix, dB", -60, 24),
    CommandKind("wet", "0 = dry input, 1 = resynthesis", 0, 1, 1.0),
    CommandKind("bypass", "1 = hear the input (delayed as the codec is)", 0, 1, choices=SWITCH),
    CommandKind("mute", "1 = silence the output", 0, 1, choices=SWITCH),
    CommandKind("feedback_guard", "1 = turn the output down when it howls", 0, 1, choices=SWITCH),
    _move("freeze", "hold the sound of this moment; how far its phases drift"),
    _move("loop", "repeat the last so many seconds", 0, LONGEST_SECONDS),
    _move("loop_beats", "repeat the last so many beats", 0, 8),
    _move("reverse", "play the last so many seconds backwards, again and again", 0, LONGEST_SECONDS / 2),
    _move("scrub", "stand still somewhere in the last 8 seconds, 1 = 8 s ago"),
    _move("speed", "of time, pitch stays: below 1 falls behind, above 1 repeats the last beat", 0.25, 4, 1.0),
    _move("stutter", "repeat a fragment: from 250 ms near 0 to 10 ms at 1"),
    _move("mute_range", "turn harmonics from mute_low to mute_high down"),
    _move("solo_range", "turn all harmonics but those from solo_low to solo_high down"),
    _move("tilt", "brighter or darker, dB per octave", -12, 12),
    _move("shift", "move all harmonics up or down by so many", -32, 32),
    _move("comb", "keep every n-th harmonic", 1, 16, 1.0),
    _move("gate", "drop harmonics weaker than this share of the strongest"),
    _move("amplitude_crush", "fewer amplitudes"),
    _move("phase_crush", "fewer phases"),
    _move("robot", "phases that advance evenly: a monotone voice"),
    _move("whisper", "random phases: breath instead of voice"),
    _move("morph", "from this tier to morph_tier"),
    _move("cross", "phases of the second source under the amplitudes of the first"),
    _setting("mute_low", "where mute_range begins, share of all harmonics", 0, 1, 0.0),
    _setting("mute_high", "where mute_range ends", 0, 1, 0.25),
    _setting("solo_low", "where solo_range begins, share of all harmonics", 0, 1, 0.0),
    _setting("solo_high", "where solo_range ends", 0, 1, 0.25),
    _setting("morph_tier", "the other tier of morph", min(TIERS), max(TIERS), 8.0, tuple(map(float, TIERS))),
    _setting("tempo", "beats per minute", 20, 300, 120.0),
    _setting("glide_ms", "time a move takes to a new amount, ms; gains and wet, too, above 20", 0, 10_000, 20.0),
)
COMMAND_NUMBER = {kind.name: number for number, kind in enumerate(COMMANDS)}
MOVES = tuple(kind for kind in COMMANDS if kind.group == "move")


def names_missing_tier(name: str, value: float, tiers: Collection[int]) -> bool:
    """Whether a command asks for a tier that is not among `tiers`. The neutral other tier of a morph, which every preset
    says, asks for nothing."""
    asks = name == "tier" or (name == "morph_tier" and value != command_kind(name).neutral)
    return asks and value in TIERS and value not in tiers


def without_tier(tier: float, tiers: Collection[int]) -> str:
    """The sentence about a tier that is not among `tiers`."""
    return f"the models folder has no tier {tier:g}; it has {', '.join(map(str, tiers))}"


def command_kind(name: str) -> CommandKind:
    """A row by its name. Raises ValueError listing the names."""
    if name not in COMMAND_NUMBER:
        raise ValueError(f"unknown command {name!r}; known are {', '.join(COMMAND_NUMBER)}")
    return COMMANDS[COMMAND_NUMBER[name]]
