"""Other people's encoders, run as programs: where they are, which version, and what they say when they fail."""

from __future__ import annotations

import functools
import hashlib
import shutil
import subprocess
from collections.abc import Sequence
from pathlib import Path

from holostream.bench.codec_under_test import CodecError

TIMEOUT_SECONDS = 300.0


def is_missing(program: str) -> bool:
    """Whether it is not on the search path."""
    return shutil.which(program) is None


def run_program(command: Sequence[str | Path]) -> None:
    """Run to the end. Raises CodecError with the program's own last words."""
    words = [str(word) for word in command]
    if is_missing(words[0]):
        raise CodecError(f"{words[0]} is not installed")
    try:
        done = subprocess.run(
            words, capture_output=True, timeout=TIMEOUT_SECONDS, check=False, stdin=subprocess.DEVNULL
        )
    except subprocess.TimeoutExpired as error:
        raise CodecError(f"{words[0]} did not end within {TIMEOUT_SECONDS:g} s") from error
    if done.returncode:
        said = (done.stderr or done.stdout).decode(errors="replace").strip().splitlines()
        raise CodecError(f"{words[0]} failed: {said[-1][:200] if said else f'exit code {done.returncode}'}")


@functools.cache
def version_of(program: str, *arguments: str) -> str:
    """The first line it prints for `arguments`, and a digest of the program itself: some print no version.

    Raises CodecError if it is not there.
    """
    path = shutil.which(program)
    if path is None:
        raise CodecError(f"{program} is not installed")
    return f"{first_line(program, *arguments)} {hashlib.sha256(Path(path).read_bytes()).hexdigest()[:16]}"


def first_line(program: str, *arguments: str) -> str:
    """What it prints first for `arguments`; its name if there are none or it prints nothing."""
    if not arguments:
        return program
    done = subprocess.run([program, *arguments], capture_output=True, check=False, timeout=TIMEOUT_SECONDS)
    lines = (done.stdout or done.stderr).decode(errors="replace").strip().splitlines()
    return lines[0] if lines else program
