"""A script, made ready for a session: what the engine is to do at which hop, and what is done by hand at which.

Presets, "neutral" and taps become the engine's own commands here, before sound starts, so that they are exact to the hop
(taps by the script's time, however fast it runs) and whatever is wrong with them is known in time.
"""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass
from typing import NamedTuple

from holostream.codec.tier import TierFacts
from holostream.control.action import Value
from holostream.control.preset_folder import PresetFolder
from holostream.control.script import Script, ScriptLine
from holostream.control.tap_tempo import TapTempo
from holostream.engine.command import COMMAND_NUMBER, MOVES, command_kind, names_missing_tier, without_tier
from holostream.engine.command_ring import CommandRing


class Scheduled(NamedTuple):
    """For the engine, from this hop on."""

    hop: int
    name: str
    value: float


MIDI_MAP = "midi_map"
"""Beside the commands of the table, a preset's map is due when the preset is."""


class Due(NamedTuple):
    """For the performance, once this hop has come."""

    hop: int
    name: str
    value: Value
    line: int


@dataclass(frozen=True)
class ScriptPlan:
    """Both in the order of their hops."""

    scheduled: tuple[Scheduled, ...]
    due: tuple[Due, ...]


def plan_script(
    script: Script,
    facts: TierFacts,
    tiers: Sequence[int],
    presets: PresetFolder,
    plays: bool = False,
    block_hops: int = 1,
    morph_tier: float = command_kind("morph_tier").neutral,
) -> ScriptPlan:
    """`plays`: a recording plays, and a tier is to be heard instead of it. `block_hops`: hops in a device's block, at most.
    `morph_tier`: as the script finds it.

    Raises ValueError naming the line, for what this session cannot do.
    """
    scheduled: list[tuple[Scheduled, ScriptLine]] = []
    due, taps = [], TapTempo()
    saved: dict[Value, int] = {}
    for line in script.lines:
        # To the hop that begins then, or the next one; a time that is a hop's but for rounding is that hop's.
        hop = math.ceil(line.seconds * facts.rate / facts.hop - 1e-6)
        if line.name == "preset" and line.value in saved:
            raise script.wrong(line, f"{line.value} is saved by line {saved[line.value]} of the script itself; recall what is there before it begins")
        if line.name == "save_preset":
            saved[line.value] = line.line
        commands = _commands(script, line, hop, presets, taps)
        if commands is None:
            due.append(Due(hop, line.name, line.value, line.line))
            continue
        if line.name == "preset" and (midi_map := presets.find(str(line.value))[1].midi_map) is not None:
            due.append(Due(hop, MIDI_MAP, midi_map, line.line))
        for command in commands:
            if names_missing_tier(command.name, command.value, tiers):
                raise script.wrong(line, without_tier(command.value, tiers))
            if command.name == "morph_tier":
                morph_tier = command.value
            if command.name == "morph" and command.value and morph_tier not in tiers:
                raise script.wrong(line, without_tier(morph_tier, tiers) + "; choose another with morph_tier")
            if command.name == "tier" and plays:
                scheduled.append((Scheduled(hop, "bypass", 0.0), line))
            scheduled.append((command, line))
    scheduled.sort(key=lambda pair: pair[0].hop)
    _check_density(script, scheduled, facts, block_hops)
    return ScriptPlan(tuple(command for command, _ in scheduled), tuple(due))


def _commands(
    script: Script, line: ScriptLine, hop: int, presets: PresetFolder, taps: TapTempo
) -> list[Scheduled] | None:
    """The engine's commands a line stands for; None if it is something else."""
    if line.name in COMMAND_NUMBER:
        assert isinstance(line.value, float)
        return [Scheduled(hop, line.name, line.value)]
    if line.name == "neutral":
        return [Scheduled(hop, kind.name, kind.neutral) for kind in MOVES]
    if line.name == "tap":
        tempo = taps.tap(line.seconds)
        return [] if tempo is None else [Scheduled(hop, "tempo", tempo)]
    if line.name == "preset":
        assert isinstance(line.value, str)
        try:
            first, later = presets.find(line.value)[1].steps()
        except (ValueError, OSError) as error:
            raise script.wrong(line, error) from error
        return [
            *(Scheduled(hop, *command) for command in first),
            *(Scheduled(hop + 1, *command) for command in later),
        ]
    return None


def _check_density(
    script: Script, scheduled: list[tuple[Scheduled, ScriptLine]], facts: TierFacts, block_hops: int
) -> None:
    """The queue must never be full of what one block takes."""
    room = CommandRing.CAPACITY
    for (early, _), (late, line) in zip(scheduled, scheduled[room:], strict=False):
        if late.hop - block_hops <= early.hop:
            seconds = (block_hops + 1) * facts.hop / facts.rate
            raise script.wrong(line, f"more than {room} commands within {seconds:.3f} s; spread them")
