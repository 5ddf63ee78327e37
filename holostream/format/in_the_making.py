"""Files that are still being made, so that nothing takes their place on the disk meanwhile, or removes them."""

from __future__ import annotations

import contextlib
from pathlib import Path
from typing import BinaryIO

try:
    import fcntl
except ImportError:  # Windows, where a file that is open cannot be replaced anyway
    fcntl = None  # type: ignore[assignment]


def mark_in_the_making(file: BinaryIO) -> None:
    """Until it is closed, even by a kill. On a disk that knows no locks it stays unmarked."""
    if fcntl is not None:
        with contextlib.suppress(OSError):
            fcntl.flock(file, fcntl.LOCK_EX | fcntl.LOCK_NB)


def in_the_making(path: Path) -> bool:
    """Whether a file that is there is marked. Raises OSError if it cannot be opened."""
    if fcntl is None:
        return False
    with path.open("rb") as file:
        try:
            fcntl.flock(file, fcntl.LOCK_SH | fcntl.LOCK_NB)
        except BlockingIOError:
            return True
        except OSError:
            return False
    return False


def refuse_in_the_making(path: Path) -> None:
    """Raises ValueError if a session is recording to this file just now."""
    if path.exists() and in_the_making(path):
        raise ValueError(f"{path} is still being recorded; wait until the recording is closed, or choose another name")
