"""A file that appears complete or not at all, and what stands in its place before."""

from __future__ import annotations

import contextlib
import io
import itertools
import os
import secrets
import stat
from collections.abc import Callable, Iterator
from errno import EACCES
from pathlib import Path
from typing import Any, BinaryIO, cast

from holostream.format.in_the_making import refuse_in_the_making


def refuse_existing(path: Path, overwrite: bool) -> None:
    """Raises ValueError if something is at `path` and is not to be replaced."""
    if path.exists() and not overwrite:
        raise ValueError(f"{path} is there already; choose another name, or replace it with --overwrite")


def free_name(path: Path, taken: Callable[[Path], bool] = Path.exists) -> Path:
    """`path` itself, or if that is taken the same with -2, -3 or higher after its stem."""
    names = itertools.chain([path], (path.with_stem(f"{path.stem}-{number}") for number in itertools.count(2)))
    return next(name for name in names if not taken(name))


class _WholeFile(io.FileIO):
    """`write` takes all or raises OSError; on a disk that fills up a plain one takes a part and says so in passing."""

    def write(self, data: Any, /) -> int:
        left = memoryview(data).cast("B")
        size = len(left)
        while left:
            left = left[super().write(left) or 0 :]
        return size


@contextlib.contextmanager
def new_file(path: Path) -> Iterator[BinaryIO]:
    """An unbuffered binary file beside `path` that takes its name when the block ends well and vanishes when not; its `write`
    takes all or fails.

    Where `path` is a link, what it points to is replaced. Raises ValueError for a recording that is still being made,
    OSError, which names `path`, for a folder or device, a file that must not be written, or a full disk.
    """
    target = replaceable(path)
    part = target.with_name(f".{os.fsdecode(os.fsencode(target.name)[:200])}.{secrets.token_hex(4)}")
    try:
        with _WholeFile(part, "x+") as file:
            yield cast(BinaryIO, file)
        refuse_in_the_making(target)
        take_permissions(part, target)
        os.replace(part, target)
    except BaseException as error:  # an interrupt, too
        with contextlib.suppress(OSError):
            part.unlink()
        if not isinstance(error, OSError):
            raise
        if error.filename is None or part.name in str(error.filename):
            error.filename = str(path)
        raise


def replaceable(path: Path) -> Path:
    """The file that a new one takes the place of, links followed. Raises as `new_file` does."""
    target = Path(os.path.realpath(path))
    if target.exists():
        if not target.is_file():
            raise OSError(EACCES, "it is a folder or a device, no file", str(path))
        if not os.access(target, os.W_OK):
            raise PermissionError(EACCES, "it is protected against writing", str(path))
        refuse_in_the_making(target)
    return target


def take_permissions(part: Path, target: Path) -> None:
    """Give a finished part those of the file that it takes the place of, if there is one. Raises OSError."""
    if target.exists():
        os.chmod(part, stat.S_IMODE(target.stat().st_mode))
