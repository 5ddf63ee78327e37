"""Timed command scripts: what is to be asked for, and when.

    # seconds command [value]
    0.0   tier 16
    1.5   tilt 3
    2     mark chorus
    2.25  preset bright
    4     neutral

Seconds of sound since the session began. Everything after the command is its value, up to a comment, which begins with "#",
behind a text with "# "; lines may stand in any order.
"""

from __future__ import annotations

import math
import re
from dataclasses import dataclass
from pathlib import Path

from holostream.control.action import Action, Value
from holostream.control.command_table import accepted, row_named

MOST_SECONDS = 7 * 24 * 3600.0


@dataclass(frozen=True)
class ScriptLine:
    """`value` as the command takes it; `line`: where it stands in the file, from 1 on."""

    seconds: float
    name: str
    value: Value
    line: int


@dataclass(frozen=True)
class Script:
    """In the order of time; what is at the same time, in the order of the file."""

    name: str
    lines: tuple[ScriptLine, ...]

    def wrong(self, line: ScriptLine, reason: object) -> ValueError:
        """The error for one of its lines."""
        return ValueError(f"{self.name} line {line.line}: {reason}")


def read_script(path: Path) -> Script:
    """Raises ValueError naming the line, OSError."""
    try:
        text = path.read_bytes().decode("utf-8-sig")
    except UnicodeDecodeError as error:
        raise ValueError(f"{path} is not a text file; a script has lines like `1.5 tilt 3`") from error
    return parse_script(text, path.name)


def parse_script(text: str, name: str = "the script") -> Script:
    """Raises ValueError naming the line."""
    lines = []
    for number, line in enumerate(text.splitlines(), 1):
        content = line.strip()
        if content and not content.startswith("#"):
            try:
                lines.append(_parsed(content, number))
            except ValueError as error:
                raise ValueError(f"{name} line {number}: {error}") from error
    return Script(name, tuple(sorted(lines, key=lambda line: line.seconds)))


def _parsed(content: str, number: int) -> ScriptLine:
    time, *rest = content.split(None, 2)
    try:
        seconds = float(time)
    except ValueError:
        seconds = math.nan
    if not 0 <= seconds <= MOST_SECONDS:
        raise ValueError(f"{time[:40]!r} is no time; a line is `SECONDS COMMAND [VALUE]`, as in `1.5 tilt 3`")
    if not rest:
        raise ValueError("there is no command after the time; a line is `SECONDS COMMAND [VALUE]`, as in `1.5 tilt 3`")
    row = row_named(rest[0])
    value = rest[1] if len(rest) > 1 else ""
    texts = isinstance(row, Action) and row.argument == "text"  # which may have a "#" of their own
    value = re.split(r"(?:^|\s)#\s" if texts else "#", value)[0].strip()
    return ScriptLine(seconds, row.name, accepted(row, value or None), number)
