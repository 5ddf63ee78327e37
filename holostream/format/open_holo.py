"""Opening a recording's file, which a folder, a pipe or a device is not."""

from __future__ import annotations

from pathlib import Path
from typing import BinaryIO

from holostream.format.holo_error import HoloFormatError


def open_holo(path: Path) -> BinaryIO:
    """For reading. Raises HoloFormatError for what is no file, OSError."""
    if path.exists() and not path.is_file():
        raise HoloFormatError(f"{path} is a folder or a device, no file: name a .holo")
    return path.open("rb")
