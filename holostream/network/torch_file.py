"""What torch saves, written in one step."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import torch

from holostream.format.new_file import new_file


def save_torch(path: Path, document: dict[str, Any]) -> None:
    """Replace `path`, or leave it as it is. Raises OSError."""
    with new_file(path) as file:
        try:
            torch.save(document, file)
        except RuntimeError as error:  # how torch reports a full disk
            reason = (str(error).splitlines() or [type(error).__name__])[0]
            raise OSError(None, f"torch cannot write it ({reason:.100})", str(path)) from error
