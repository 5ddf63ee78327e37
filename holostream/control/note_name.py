"""Notes by name: C4 is middle C, number 60, so that C1 is 24 (some makers count one octave lower and print C3 on it)."""

from __future__ import annotations

import re

NAMES = ("C", "C#", "D", "D#", "E", "F", "F#", "G", "G#", "A", "A#", "B")
LOWEST, HIGHEST = "C-1", "G9"
_NAME = re.compile(r"([A-Ga-g])([#b]?)(-?[0-9])")


def note_name(number: int) -> str:
    """The name of note 0 to 127."""
    return f"{NAMES[number % 12]}{number // 12 - 1}"


def note_number(name: str) -> int:
    """The inverse; flats are read as well. Raises ValueError for what is no note."""
    found = _NAME.fullmatch(name.strip())
    if found:
        letter, sharp, octave = found.groups()
        number = NAMES.index(letter.upper()) + {"#": 1, "b": -1, "": 0}[sharp] + 12 * (int(octave) + 1)
        if 0 <= number <= 127:
            return number
    raise ValueError(f"{name!r} is no note; expected {LOWEST} (0) to {HIGHEST} (127), with C4 the middle C (60)")
