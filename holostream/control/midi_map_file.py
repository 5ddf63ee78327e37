"""The MIDI map as a file people can write: TOML, one [[row]] after another, see `midi_default.toml`.

A file that cannot be read is told with its line, stays as it is, and the map that comes with the program is used.
Learning adds a row at the end and takes its control out of all others, and a row can be forgotten; everything else,
comments too, stays.
"""

from __future__ import annotations

import re
import tomllib
from collections.abc import Callable
from pathlib import Path
from typing import Any

import platformdirs

from holostream.control.midi_map import MidiMap
from holostream.control.midi_row import MidiRow
from holostream.control.note_name import note_name, note_number
from holostream.control.toml_file import toml_value, write_toml

DEFAULT_FILE = Path(__file__).with_name("midi_default.toml")
LARGEST_FILE = 1 << 20
KEYS = (
    "message", "number", "channel", "command", "mode", "curve", "low", "high", "values", "value", "input", "pickup",
)  # fmt: skip
_HEADER = re.compile(r"\s*\[\[\s*row\s*\]\]")
_ANY_HEADER = re.compile(r"\s*\[\[?\s*\w+\s*\]")


class MidiMapError(ValueError):
    """A map that cannot be read; the message says where and why."""


def map_path() -> Path:
    """Where the user's own map is, or would be."""
    return Path(platformdirs.user_config_dir("holostream", appauthor=False)) / "midi.toml"


def state_of(path: Path) -> str:
    """Another one when the file is."""
    try:
        state = path.stat()
    except OSError:
        return ""
    return f"{state.st_ino} {state.st_mtime_ns} {state.st_size}"


def default_map() -> MidiMap:
    """The one that comes with the program."""
    return parse_map(DEFAULT_FILE.read_text(encoding="utf-8"), DEFAULT_FILE.name)


def read_map(path: Path) -> MidiMap:
    """Raises MidiMapError for what is no map, OSError for what cannot be read."""
    with path.open("rb") as file:
        data = file.read(LARGEST_FILE + 1)
    if len(data) > LARGEST_FILE:
        raise MidiMapError(f"{path} is larger than a MIDI map can be; check the name")
    try:
        text = data.decode("utf-8-sig")
    except UnicodeDecodeError as error:
        line = data[: error.start].count(b"\n") + 1
        raise MidiMapError(f"{path}, line {line}: this is no text; check the name, or save it as UTF-8") from error
    return parse_map(text, str(path))


def load_map(path: Path | None, tell: Callable[[str], None]) -> MidiMap:
    """The map in a file, by default the user's own. Where there is none or it is malformed, the program's; that is told."""
    own = path or map_path()
    try:
        if path is not None or own.exists():
            return read_map(own)
    except MidiMapError as error:
        tell(f"{str(error).replace(str(own), own.name)}; the program's own MIDI map is used, and the file stays as it is")
    except OSError as error:
        tell(f"{own}: {error.strerror or error}; the program's own MIDI map is used")
    return default_map()


def parse_map(text: str, name: str) -> MidiMap:
    """Raises MidiMapError that names the file, the line and the reason."""
    try:
        table = tomllib.loads(text)
    except (tomllib.TOMLDecodeError, RecursionError) as error:
        found = re.search(r"\(at line (\d+), column \d+\)", str(error))
        line = int(found[1]) if found else text.count("\n") + 1
        reason = re.sub(r" \(at .*\)$", "", str(error))
        raise MidiMapError(f"{name}, line {line}: {reason}") from error
    starts = _row_starts(text)
    if unknown := [key for key in table if key != "row"]:
        raise MidiMapError(f"{name}, line {_key_line(text, 0, unknown[0])}: {unknown[0]!r} is unknown; a map has only [[row]]s")
    rows = table.get("row", [])
    if not isinstance(rows, list):
        line = _key_line(text, 0, "row")
        raise MidiMapError(f"{name}, line {line}: 'row' must be written as [[row]], with two brackets, above each row")
    return MidiMap([_row(values, text, name, starts[n] if n < len(starts) else 0) for n, values in enumerate(rows)])


def _row(values: Any, text: str, name: str, start: int) -> MidiRow:
    if not isinstance(values, dict):
        line = _key_line(text, 0, "row")
        raise MidiMapError(f"{name}, line {line}: 'row' must be written as [[row]] with its keys below")
    key = ""
    try:
        if unknown := [given for given in values if given not in KEYS]:
            key = unknown[0]
            raise ValueError(f"{key!r} is unknown; a row has {', '.join(KEYS)}")
        read = {}
        for key, value in values.items():
            read[key] = _read_value(key, value)
        key = ""
        if missing := [needed for needed in ("message", "command") if needed not in read]:
            raise ValueError(f"the row has no {missing[0]}")
        return MidiRow(**read)
    except ValueError as error:
        word = key or next((word for word in KEYS if re.search(rf"\b{word} ", str(error))), "")
        raise MidiMapError(f"{name}, line {_key_line(text, start, word)}: {error}") from error


def _read_value(key: str, value: Any) -> Any:
    if key in ("message", "command", "mode", "curve") and isinstance(value, str):
        return value
    if key == "channel" and isinstance(value, int) and not isinstance(value, bool):
        return value
    if key == "pickup" and isinstance(value, bool):
        return value
    if key == "number":
        ends = value if isinstance(value, list) and len(value) == 2 else [value, value]
        if all(isinstance(end, int | str) and not isinstance(end, bool) for end in ends):
            return tuple(note_number(end) if isinstance(end, str) else end for end in ends)
        raise ValueError(f"number {value!r} is neither a number or a note's name, nor two of them as in [0, 6]")
    if key in ("low", "high") and _is_number(value):
        return float(value)
    if key == "value" and (_is_number(value) or isinstance(value, str)):
        return value
    if key == "values" and isinstance(value, list) and value and all(map(_is_number, value)):
        return tuple(map(float, value))
    if key == "input" and isinstance(value, list) and len(value) == 2 and all(map(_is_number, value)):
        return float(value[0]), float(value[1])
    wanted = {
        "channel": "a number from 1 to 16", "pickup": "true or false", "low": "a number", "high": "a number",
        "value": "a number or a text", "values": "numbers, as in [1, 2, 4]", "input": "two numbers, as in [0, 127]",
    }.get(key, "a text in quotes")  # fmt: skip
    raise ValueError(f"{key} {value!r} is not {wanted}")


def _is_number(value: object) -> bool:
    return isinstance(value, int | float) and not isinstance(value, bool) and abs(value) < 1e9


def _row_starts(text: str) -> list[int]:
    """The lines (from 0) at which rows begin."""
    return [number for number, line in enumerate(text.split("\n")) if _HEADER.match(line)]


def _key_line(text: str, start: int, key: str) -> int:
    """The line (from 1) of a key of the row that begins at line `start` (from 0), else the row's own."""
    for number, line in enumerate(text.split("\n")[start:], start):
        if key and re.match(rf"\s*[\[\"']*{re.escape(key)}[\"'\]]*\s*(=|$)", line):
            return number + 1
        if number > start and _ANY_HEADER.match(line) and _HEADER.match(line):
            break
    return start + 1


def row_as_text(row: MidiRow) -> str:
    """A row as TOML: only what is not a row's default."""
    plain = MidiRow(row.message, row.command, row.number, row.channel, row.mode, value=row.value)
    first, last = row.number
    lines = ["[[row]]", f'message = "{row.message}"']
    if row.message == "note":
        first, last = f'"{note_name(first)}"', f'"{note_name(last)}"'  # type: ignore[assignment]
    if row.number != (0, 0) or row.message not in ("bend", "channel_pressure", "start", "continue", "stop"):
        lines.append(f"number = {first}" if first == last else f"number = [{first}, {last}]")
    if row.channel:
        lines.append(f"channel = {row.channel}")
    lines.append(f'command = "{row.command}"')
    for key in ("mode", "curve", "low", "high", "values", "value", "input", "pickup"):
        value = getattr(row, key)
        given = value is not None if key == "value" else value != getattr(plain, key)
        if given or (key == "mode" and value != "absolute"):
            lines.append(f"{key} = {toml_value(value)}")
    return "\n".join(lines) + "\n"


def with_row(text: str, row: MidiRow) -> str:
    """A map's text with one more row, whose control does nothing else any more: rows of its channel, or any, lose it."""

    def left_of(old: MidiRow) -> list[MidiRow]:
        meets = old.message == row.message and old.channel in (0, row.channel)
        rest = [old]
        for number in range(row.number[0], row.number[1] + 1) if meets else ():
            rest = [part for one in rest for part in one.without_number(number)]
        return rest

    return _changed(text, left_of).rstrip("\n") + "\n\n" + row_as_text(row)


def without_row(text: str, row: MidiRow) -> str:
    """A map's text without a row. Raises MidiMapError if it is not there."""
    kept = _changed(text, lambda old: [] if old == row else [old])
    if kept == text.rstrip("\n"):
        raise MidiMapError("the map in use is not the one in the file, which has no such row; take it out by hand")
    return kept + "\n"


def _changed(text: str, left_of: Callable[[MidiRow], list[MidiRow]]) -> str:
    """With what is left of each row in its place; those that stay are not touched."""
    lines = text.rstrip("\n").split("\n")
    rows, starts = parse_map(text, "the map").rows, _row_starts(text)
    if len(rows) != len(starts):
        raise MidiMapError("the map is not written as [[row]]s on lines of their own; change it by hand")
    for start, old in reversed(list(zip(starts, rows, strict=True))):
        left = left_of(old)
        if left != [old]:
            end = next((n for n in range(start + 1, len(lines)) if _ANY_HEADER.match(lines[n])), len(lines))
            while not lines[end - 1].strip() or lines[end - 1].lstrip().startswith("#"):
                end -= 1  # a comment above the next row is that row's
            lines[start:end] = "\n".join(map(row_as_text, left)).split("\n")[:-1] if left else []
    return "\n".join(lines)


def save_row(path: Path, row: MidiRow) -> MidiMap:
    """Write a learned row into a map, which begins as the program's own; the map as it is now.

    The file is replaced in one go. Raises MidiMapError, and leaves the file alone, if it cannot be read.
    """
    text = with_row(_text(path), row)
    rows = parse_map(text, str(path))
    if rows.rows[-1] != row:
        raise MidiMapError(f"{path} is written in a way that no row can be added to; add it by hand")
    write_toml(path, text)
    return rows


def forget_row(path: Path, row: MidiRow) -> MidiMap:
    """Take a row out of a map; else as `save_row`."""
    text = without_row(_text(path), row)
    rows = parse_map(text, str(path))
    write_toml(path, text)
    return rows


def _text(path: Path) -> str:
    """Of a map, or of the program's own. Raises MidiMapError."""
    if path.exists():
        read_map(path)
    return (path if path.exists() else DEFAULT_FILE).read_text(encoding="utf-8-sig")

