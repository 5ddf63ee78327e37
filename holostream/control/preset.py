"""A preset: how the sound is bent and mixed, as a value and as TOML that people can read and edit.

    tier = 16
    number = 3          # what a program change or `preset 3` finds it by
    glide_ms = 500      # time in which it is reached
    midi_map = "nano.toml"
    [mixer]
    wet = 0.8
    [moves]
    tilt = 3
    [settings]
    tempo = 98

Everything may be left out. A move or setting that is not there is neutral; of the mixer and the tier only what is there
is changed.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from holostream.control.action import number_in
from holostream.control.command_table import did_you_mean
from holostream.control.toml_file import TomlFile, toml_text
from holostream.engine.command import COMMAND_NUMBER, COMMANDS, command_kind

TABLES = {"mixer": "mixer", "moves": "move", "settings": "setting"}
"""A table of the file, and the group of the commands in it."""
TIER, GLIDE = "tier", "glide_ms"
KEPT_IN_MIXER = ("input_gain_db", "output_gain_db", "wet")
"""What is saved of the mixer; a switch is only in a preset where somebody wrote it there."""
MOST_NUMBER = 127

Command = tuple[str, float]


@dataclass(frozen=True)
class Preset:
    """`values` of commands, by name; `glide_ms`: the time to reach them in, None: as moves glide anyway."""

    values: Mapping[str, float] = field(default_factory=dict)
    number: int | None = None
    glide_ms: float | None = None
    midi_map: str | None = None

    def commands(self) -> list[Command]:
        """All that a recall changes but how moves glide: settings before the moves that read them, the tier last, since its new
        voice begins with the moves as they are."""
        given, settings_first = self.values, sorted(COMMANDS, key=lambda kind: kind.group != "setting")
        changed = [
            (kind.name, given.get(kind.name, kind.neutral))
            for kind in settings_first
            if kind.name not in (TIER, GLIDE) and (kind.group != "mixer" or kind.name in given)
        ]
        return [*changed, *([(TIER, given[TIER])] if TIER in given else [])]

    def steps(self) -> tuple[list[Command], list[Command]]:
        """What to send, and what a hop or more later: how moves glide, once they glide here as the preset says."""
        glide = (GLIDE, self.values.get(GLIDE, command_kind(GLIDE).neutral))
        if self.glide_ms is None:
            return [glide, *self.commands()], []
        return [(GLIDE, self.glide_ms), *self.commands()], [glide]

    def text(self) -> str:
        """As the file has it. What is neutral anyway is left out."""
        values: dict[str, Any] = {TIER: self.values[TIER]} if TIER in self.values else {}
        for name, value in (("number", self.number), ("glide_ms", self.glide_ms), ("midi_map", self.midi_map)):
            if value is not None:
                values[name] = value
        for table, group in TABLES.items():
            values[table] = {
                kind.name: self.values[kind.name]
                for kind in COMMANDS
                if kind.group == group and kind.name in self.values and kind.name != TIER
                if group == "mixer" or self.values[kind.name] != kind.neutral
            }
        return toml_text(values, "a HoloStream preset; what is not here is neutral, of the mixer: stays")


def preset_of(value: Callable[[str], float]) -> Preset:
    """The sound as it is, from the commands' values."""
    names = [kind.name for kind in COMMANDS if kind.group != "mixer" or kind.name in (TIER, *KEPT_IN_MIXER)]
    return Preset({name: value(name) for name in names})


def preset_from(assignments: Sequence[str]) -> Preset:
    """From texts like "tilt=3"; also "number=3", and "glide_ms=500" for the recall's. Raises ValueError."""
    values: dict[str, float] = {}
    number: int | None = None
    glide_ms: float | None = None
    known = ["number", *COMMAND_NUMBER]
    for assignment in assignments:
        name, equals, text = (part.strip() for part in assignment.partition("="))
        if not equals:
            raise ValueError(f"{assignment!r} is no COMMAND=VALUE, as in tilt=3")
        if name not in known:
            raise ValueError(f"unknown command {name!r}; {did_you_mean(name, known, 'see `holostream commands`')}")
        if name == "number":
            number = _whole(number_in(name, text))
        elif name == GLIDE:
            glide_ms = command_kind(name).accepted(number_in(name, text))
        else:
            values[name] = command_kind(name).accepted(number_in(name, text))
    return Preset(values, number, glide_ms)


def _whole(number: object) -> int:
    if isinstance(number, bool) or not isinstance(number, int | float) or not 0 <= number <= MOST_NUMBER or number % 1:
        raise ValueError(f"number is {number!r}; expected a whole number from 0 to {MOST_NUMBER}")
    return int(number)


def read_preset(path: Path) -> Preset:
    """Raises ValueError with line and reason for what is no preset, OSError."""
    file = TomlFile(path)
    values: dict[str, float] = {}
    number: int | None = None
    glide_ms: float | None = None
    midi_map: str | None = None
    for key, value in file.values.items():
        if key in TABLES:
            values.update(_table(file, key, value))
        elif key == TIER:
            values[TIER] = _number(file, key, value)
        elif key == GLIDE:
            glide_ms = _number(file, key, value)
        elif key == "number":
            try:
                number = _whole(value)
            except ValueError as error:
                raise file.wrong(str(error), key) from error
        elif key == "midi_map":
            if not isinstance(value, str):
                raise file.wrong(f"midi_map is {value!r}; expected a file's name in quotes", key)
            if not value or "\0" in value or Path(value).name != value:
                raise file.wrong(f"midi_map is {value!r}; expected the name of a file beside midi.toml, without a folder", key)
            midi_map = value
        else:
            known = [TIER, "number", GLIDE, "midi_map", *TABLES]
            raise file.wrong(f"unknown key {key!r}; {did_you_mean(key, known, 'known are ' + ', '.join(known))}", key)
    return Preset(values, number, glide_ms, midi_map)


def _table(file: TomlFile, table: str, entries: object) -> dict[str, float]:
    if not isinstance(entries, dict):
        raise file.wrong(f"{table} is no table; write [{table}] on a line of its own", table)
    group = TABLES[table]
    known = [kind.name for kind in COMMANDS if kind.group == group and kind.name != TIER]
    values = {}
    for key, value in entries.items():
        if key not in known:
            reason = f"unknown key {key!r} in [{table}]; {did_you_mean(key, known, 'known are ' + ', '.join(known))}"
            raise file.wrong(reason, key, table)
        values[key] = _number(file, key, value, table)
    return values


def _number(file: TomlFile, key: str, value: object, table: str = "") -> float:
    if not isinstance(value, int | float):
        raise file.wrong(f"{key} is {value!r}; expected a number", key, table)
    try:
        return command_kind(key).accepted(number_in(key, float(value)))
    except OverflowError as error:
        raise file.wrong(f"{key} is too large a number", key, table) from error
    except ValueError as error:
        raise file.wrong(str(error), key, table) from error
