"""The memory two processes share."""

from __future__ import annotations

import errno
import os
import subprocess
import sys
from pathlib import Path

import numpy as np
import pytest

from holostream.engine.shared_state import PREFIX, SharedState


def test_what_one_side_writes_the_other_reads():
    owner = SharedState.create(1, 64)
    other = SharedState.attach(owner.path, 1, 64)
    owner.commands.send("tier", 16)
    assert other.commands.receive() == ("tier", 16.0)
    other.applied.report(5, "tier", 16.0)
    assert owner.applied.take() == [(5, "tier", 16.0)]
    other.dna.write(5, 0, np.ones(1 + 2 * 4, np.uint8))
    assert owner.dna.read(0)[0][0].hop == 5
    assert (other.commands.receive(), owner.applied.take(), owner.applied.lost) == (None, [], 0)
    other.status.record.hops = 77
    assert owner.status.snapshot()["hops"] == 77
    owner.close()
    assert not owner.path.exists()
    assert other.status.snapshot()["hops"] == 77


@pytest.mark.skipif(not hasattr(os, "posix_fallocate"), reason="this system cannot set memory aside")
def test_no_room_is_told_before_anything_is_stored(monkeypatch: pytest.MonkeyPatch):
    def full(handle: int, start: int, size: int) -> None:
        raise OSError(errno.ENOSPC, os.strerror(errno.ENOSPC))

    monkeypatch.setattr(os, "posix_fallocate", full)
    with pytest.raises(OSError, match=r"No space left on device, and \d+ MB are needed: '/") as told:
        SharedState.create(1, 1 << 14)
    assert not list(Path(told.value.filename).glob(f"{PREFIX}{os.getpid()}-*"))


def test_only_the_owner_removes_the_file():
    owner = SharedState.create(2, 64)
    SharedState.attach(owner.path, 2, 64).close()
    assert owner.path.exists()
    owner.close()


def test_what_another_user_left_is_theirs(monkeypatch: pytest.MonkeyPatch):
    """In a folder where only owners may remove files it kept everybody else from starting."""
    mine = SharedState.create(1, 64)
    dead = mine.path.with_name(f"{PREFIX}{2**22 + 1}-x")  # no process has so high a number
    dead.touch()

    def refused(path: Path, missing_ok: bool = False) -> None:
        raise PermissionError(errno.EPERM, os.strerror(errno.EPERM), str(path))

    with monkeypatch.context() as others:
        others.setattr(Path, "unlink", refused)
        another = SharedState.create(1, 64)
    assert dead.exists()
    for path in (dead, another.path, mine.path):
        path.unlink()


def test_files_of_killed_sessions_are_removed_and_others_left():
    program = (
        "import os, signal; from holostream.engine.shared_state import SharedState;"
        "print(SharedState.create(1, 64).path, flush=True); os.kill(os.getpid(), signal.SIGKILL)"
    )
    left = subprocess.run([sys.executable, "-c", program], capture_output=True, text=True, check=False)
    abandoned = Path(left.stdout.strip())
    assert abandoned.exists()
    mine = SharedState.create(1, 64)
    foreign = mine.path.with_name(f"{PREFIX}notes-of-somebody")
    foreign.touch()
    try:
        another = SharedState.create(1, 64)
        assert not abandoned.exists()
        assert mine.path.exists()
        assert foreign.exists()
        another.close()
    finally:
        foreign.unlink()
        mine.close()
    assert str(os.getpid()) in mine.path.name
