"""Names of MIDI ports: which is meant by a part of one, which are other programs' and ours. Pure."""

from __future__ import annotations

import re
from collections.abc import Iterable, Sequence

CLIENT = "HoloStream MIDI"
"""Not the name of the sound's client: after a restart of the server it might be taken before that comes back."""
OURS = "holostream"
_ALSA_NUMBERS = re.compile(r" \d+:\d+$")
_NO_CONTROLLERS = ("midi through",)


def shown(name: str) -> str:
    """A port's name without the numbers that ALSA gives anew every time."""
    return _ALSA_NUMBERS.sub("", name)


def has_part(name: str, parts: Iterable[str]) -> bool:
    """Whether one of the parts is in a name, in any case."""
    return any(part.lower() in name.lower() for part in parts)


def is_a_controller(name: str, own: str | None) -> bool:
    """Whether a port may be somebody's controller: not one of ours, of which `own` has a name of its own."""
    ours = name.lower().startswith(OURS) or shown(name) == own
    return not ours and not has_part(name, _NO_CONTROLLERS)


def numbered(names: Sequence[str]) -> dict[str, int]:
    """Port numbers by name; a second port of the same name is told apart by '#2'."""
    numbers: dict[str, int] = {}
    for number, name in enumerate(names):
        count = names[:number].count(name)
        numbers[f"{name} #{count + 1}" if count else name] = number
    return numbers
