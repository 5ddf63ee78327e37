"""The presets a user has: one TOML file each, in a folder of theirs, found by name or number."""

from __future__ import annotations

import re
import shutil
from collections.abc import Sequence
from dataclasses import replace
from itertools import count
from pathlib import Path

import platformdirs

from holostream.control.command_table import did_you_mean
from holostream.control.preset import MOST_NUMBER, Preset, read_preset
from holostream.control.toml_file import write_toml

SUFFIX = ".toml"
_NAME = re.compile(r"[^\W_][\w .+-]{0,63}")
_RESERVED = re.compile(r"(con|prn|aux|nul|com\d|lpt\d)(\..*)?", re.IGNORECASE)
"""No file can be called so on Windows, and presets travel."""


def presets_folder() -> Path:
    """It need not exist yet."""
    return Path(platformdirs.user_config_dir("holostream", appauthor=False)) / "presets"


Found = tuple[str, Preset | str]
"""A name, and the preset or why it cannot be read."""


def recall_numbers(found: Sequence[Found]) -> list[int | None]:
    """By which number `PresetFolder.find` finds each of the list: its own if none before it has that; those without one by the
    numbers that none has, from 1 on. None: by its name alone."""
    presets = [preset if isinstance(preset, Preset) else None for _, preset in found]
    own = [None if preset is None else preset.number for preset in presets]
    free = (number for number in count(1) if number not in own)
    numbers: list[int | None] = []
    for preset, number in zip(presets, own, strict=True):
        if preset is None or (number is not None and number in numbers):
            numbers.append(None)
        else:
            numbers.append(next(free) if number is None else number)
    return numbers


def backup_of(path: Path) -> Path:
    """Where a preset that was replaced still is."""
    return path.with_name(f"{path.name}.bak")


class PresetFolder:
    """`folder`: default the user's own."""

    def __init__(self, folder: Path | None = None) -> None:
        self.folder = folder or presets_folder()
        self._known: dict[Path, tuple[tuple[int, int], Preset]] = {}
        """As they were read, with the time and size of their files then: a recall by number asks for all of them."""

    def path(self, name: str) -> Path:
        """Of a preset, there or not. Raises ValueError for a name that is none."""
        if not _NAME.fullmatch(name) or name[-1] in " ." or _RESERVED.fullmatch(name):
            raise ValueError(
                f"{name[:80]!r} cannot be a preset's name; use up to 64 letters, digits, spaces, '-', '_', '+' and '.'"
                ", a letter or digit first"
            )
        return self.folder / f"{name}{SUFFIX}"

    def names(self) -> list[str]:
        """In alphabetical order."""
        if not self.folder.is_dir():
            return []
        return sorted(path.stem for path in self.folder.glob(f"[!.]*{SUFFIX}") if path.is_file())

    def read_all(self) -> list[Found]:
        """In alphabetical order. Raises OSError if the folder cannot be read."""
        found: list[Found] = []
        for name in self.names():
            try:
                found.append((name, self.read(name)))
            except ValueError as error:
                found.append((name, str(error).removeprefix(str(self.folder / f"{name}{SUFFIX}")).lstrip(", ")))
            except OSError as error:
                found.append((name, f"it cannot be read: {error.strerror}"))
        return found

    def read(self, name: str) -> Preset:
        """Raises ValueError if it is not there, or malformed; OSError."""
        path = self.path(name)
        if not path.is_file():
            known = self.names()
            listed = "there are none in " + str(self.folder) if not known else "there are " + ", ".join(known[:20])
            raise ValueError(f"no preset {name!r}; {did_you_mean(name, known, listed)}")
        state = path.stat()
        as_it_is = state.st_mtime_ns, state.st_size
        if self._known.get(path, (None, None))[0] != as_it_is:
            self._known[path] = as_it_is, read_preset(path)
        return self._known[path][1]

    def find(self, wanted: str | float) -> tuple[str, Preset]:
        """By name, or by number, see `recall_numbers`.

        Raises ValueError as `read` does, or if none has the number; OSError.
        """
        if isinstance(wanted, str):
            if self.path(wanted).is_file() or not wanted.isdecimal():
                return wanted, self.read(wanted)
            wanted = float(wanted)
        found = self.read_all()
        for (name, preset), number in zip(found, recall_numbers(found), strict=True):
            if number == wanted and isinstance(preset, Preset):
                return name, preset
        there = f"there are {len(found)} in {self.folder}"
        raise ValueError(f"no preset has the number {wanted:g} and {there}; write number = {wanted:g} into one")

    def write(self, name: str, preset: Preset) -> Path:
        """A new one gets the lowest number that is free, so that no other gets another. One that is there is replaced,
        but for its number, its glide and its map where the new one has none, and stays beside it as `.bak`.

        Raises ValueError if the name cannot be, or the old file is malformed (it stays as it is); OSError.
        """
        path = self.path(name)
        if not path.is_file():
            if preset.number is None:
                preset = replace(preset, number=self._free_number())
        else:
            old = read_preset(path)
            shutil.copyfile(path, backup_of(path))
            preset = replace(
                preset,
                number=old.number if preset.number is None else preset.number,
                glide_ms=old.glide_ms if preset.glide_ms is None else preset.glide_ms,
                midi_map=old.midi_map if preset.midi_map is None else preset.midi_map,
            )
        write_toml(path, preset.text())
        return path

    def _free_number(self) -> int | None:
        """None if all are taken."""
        taken = set(recall_numbers(self.read_all()))
        return next((number for number in range(1, MOST_NUMBER + 1) if number not in taken), None)

    def delete(self, name: str) -> None:
        """Raises ValueError if it is not there, OSError."""
        path = self.path(name)
        if not path.is_file():
            self.read(name)
        path.unlink()
