"""Small TOML files that people edit: read with the line of whatever is wrong, written whole or not at all."""

from __future__ import annotations

import re
import tomllib
from pathlib import Path
from typing import Any

from holostream.format.new_file import new_file


class TomlFile:
    """A file as read. Raises ValueError (not TOML, not text), OSError."""

    def __init__(self, path: Path) -> None:
        self.path = path
        try:
            self._text = path.read_bytes().decode("utf-8-sig")
            self.values: dict[str, Any] = tomllib.loads(self._text)
        except UnicodeDecodeError as error:
            raise ValueError(f"{path} is not a text file; it is left as it is, remove it or restore a copy") from error
        except ValueError as error:
            last = self._text.rstrip().count("\n") + 1
            reason = str(error).replace("at end of document", f"at line {last}, the last one")
            raise ValueError(f"{path} is malformed: {reason}; it is left as it is, correct it there") from error
        except RecursionError as error:
            raise ValueError(f"{path} is malformed: it is nested too deeply; it is left as it is") from error

    def wrong(self, reason: str, key: str, table: str = "") -> ValueError:
        """The error for a key's value, with its line where it can be found."""
        line = self._line_of(key, table)
        return ValueError(f"{self.path}{f' line {line}' if line else ''}: {reason}")

    def _line_of(self, key: str, table: str) -> int | None:
        inside = ""
        for number, line in enumerate(self._text.splitlines(), 1):
            if header := re.match(r"\s*\[\s*([\w-]+)\s*\]", line):
                inside = header[1]
                if inside == key and not table:
                    return number
            elif inside == table and re.match(rf"""\s*["']?{re.escape(key)}["']?\s*[=.]""", line):
                return number
        return None


def toml_text(values: dict[str, Any], comment: str) -> str:
    """Numbers and texts first, then one table for each dict that is not empty."""
    lines = [f"# {comment}"]
    lines += [f"{name} = {toml_value(value)}" for name, value in values.items() if not isinstance(value, dict)]
    for name, table in values.items():
        if isinstance(table, dict) and table:
            lines += ["", f"[{name}]", *(f"{key} = {toml_value(value)}" for key, value in table.items())]
    return "\n".join(lines) + "\n"


def toml_value(value: float | str | tuple) -> str:
    """A switch, number, text or list of them as TOML has it."""
    if isinstance(value, bool):
        return "true" if value else "false"
    if isinstance(value, tuple):
        return "[" + ", ".join(map(toml_value, value)) + "]"
    if isinstance(value, str):
        escaped = "".join(c if c.isprintable() and c not in '\\"' else f"\\U{ord(c):08X}" for c in value)
        return f'"{escaped}"'
    return repr(int(value)) if float(value).is_integer() else repr(float(value))


def write_toml(path: Path, text: str) -> None:
    """Atomically; its folder is made. Raises OSError."""
    path.parent.mkdir(parents=True, exist_ok=True)
    with new_file(path) as file:
        file.write(text.encode("utf-8"))
