"""What torch saves: written in one step, and read without executing anything or unpacking more than the file holds.

Such a file is a zip archive whose parts are not compressed; it is looked at before torch sees it.
"""

from __future__ import annotations

import io
import zipfile
from pathlib import Path
from typing import Any

import torch

from holostream.format.new_file import new_file

MOST_BYTES, MOST_PARTS = 4 << 30, 10_000
"""More than any training of ours saves."""


def load_torch(path: Path, most_bytes: int = MOST_BYTES, most_parts: int = MOST_PARTS) -> Any:
    """On the CPU. Raises ValueError that says why it is not read, OSError."""
    _check_archive(path, most_bytes, most_parts)
    try:
        return torch.load(path, map_location="cpu", weights_only=True)
    except Exception as error:  # torch raises whatever the damage provokes
        reason = (str(error).splitlines() or [type(error).__name__])[0][:100]
        raise ValueError(f"torch cannot load it as plain weights: {reason}") from error


def _check_archive(path: Path, most_bytes: int, most_parts: int) -> None:
    """The parts of the archive, before anything is unpacked: their number, their sizes, none compressed or told twice."""
    if path.stat().st_size > most_bytes:
        raise ValueError(f"it is larger than {most_bytes >> 20} MB")
    try:
        with zipfile.ZipFile(path) as archive:
            parts = archive.infolist()
    except (zipfile.BadZipFile, ValueError, NotImplementedError) as error:
        raise ValueError("it is damaged, cut off, or no file that torch 1.6 or a later one saved") from error
    size = sum(part.file_size for part in parts)
    if len(parts) > most_parts or size > path.stat().st_size or any(part.compress_type for part in parts):
        raise ValueError(f"its {len(parts)} parts unpack to {size} bytes")


def save_torch(path: Path, document: dict[str, Any]) -> None:
    """Replace `path`, or leave it as it is. Raises OSError."""
    whole = io.BytesIO()  # torch does not say why a file cannot be written
    torch.save(document, whole)
    with new_file(path) as file:
        file.write(whole.getbuffer())
