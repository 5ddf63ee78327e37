"""A file that appears complete or not at all, and what stands in its place before."""

from __future__ import annotations

import contextlib
import itertools
import os
import stat
import tempfile
from collections.abc import Callable, Iterator
from errno import EACCES
from pathlib import Path
from typing import BinaryIO, cast

from holostream.format.in_the_making import refuse_in_the_making


def refuse_existing(path: Path, overwrite: bool) -> None:
    """Raises ValueError if something is at `path` and is not to be replaced."""
    if path.exists() and not overwrite:
        raise ValueError(f"{path} is there already; choose another name, or replace it with --overwrite")


def free_name(path: Path, taken: Callable[[Path], bool] = Path.exists) -> Path:
    """`path` itself, or if that is taken the same with -2, -3 or higher after its stem."""
    names = itertools.chain([path], (path.with_stem(f"{path.stem}-{number}") for number in itertools.count(2)))
    return next(name for name in names if not taken(name))


@contextlib.contextmanager
def new_file(path: Path) -> Iterator[BinaryIO]:
    """An unbuffered binary file beside `path` that takes its name when the block ends well and vanishes when not.

    Where `path` is a link, what it points to is replaced. Raises ValueError for a recording that is still being made,
    OSError, which names `path`, for a folder or device, a file that must not be written, or a full disk.
    """
    target = replaceable(path)
    beginning = f".{target.name[:200]}."
    try:
        handle, name = tempfile.mkstemp(prefix=beginning, dir=target.parent)
        try:
            with open(handle, "wb", buffering=0) as file:
                yield cast(BinaryIO, file)
            refuse_in_the_making(target)
            os.chmod(name, permissions(target))
            os.replace(name, target)
        except BaseException:
            with contextlib.suppress(OSError):
                os.unlink(name)
            raise
    except OSError as error:
        if error.filename is None or beginning in str(error.filename):
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


def permissions(target: Path) -> int:
    """Of a file to be written there: those of the one that is there, else as any new file's."""
    if target.exists():
        return stat.S_IMODE(target.stat().st_mode)
    umask = os.umask(0)
    os.umask(umask)
    return 0o666 & ~umask
