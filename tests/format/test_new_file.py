"""A file that appears complete or not at all."""

from __future__ import annotations

import os
import stat
from pathlib import Path

import pytest

from holostream.format.new_file import new_file


def test_it_has_its_name_only_when_complete(tmp_path: Path) -> None:
    path = tmp_path / "a.holo"
    with new_file(path) as file:
        file.write(b"first")
        assert not path.exists()
    assert path.read_bytes() == b"first"
    with new_file(path) as file:
        file.write(b"second")
        assert path.read_bytes() == b"first"
    assert path.read_bytes() == b"second"
    assert os.listdir(tmp_path) == ["a.holo"]


@pytest.mark.parametrize("error", [ValueError, KeyboardInterrupt, OSError])
def test_after_an_error_everything_is_as_before(tmp_path: Path, error: type[BaseException]) -> None:
    path = tmp_path / "a.holo"
    path.write_bytes(b"before")

    def fail() -> None:
        with new_file(path) as file:
            file.write(b"half")
            raise error

    with pytest.raises(error):
        fail()
    assert path.read_bytes() == b"before"
    assert os.listdir(tmp_path) == ["a.holo"]


@pytest.mark.parametrize("umask", [0o022, 0o077])
def test_permissions_are_those_of_any_new_file(tmp_path: Path, umask: int) -> None:
    before = os.umask(umask)
    try:
        with new_file(tmp_path / "a") as file:
            file.write(b"x")
        (tmp_path / "b").touch()
    finally:
        os.umask(before)
    assert stat.S_IMODE((tmp_path / "a").stat().st_mode) == stat.S_IMODE((tmp_path / "b").stat().st_mode)


def test_bytes_reach_the_system_at_once(tmp_path: Path) -> None:
    with new_file(tmp_path / "a") as file:
        file.write(b"12345")
        (part,) = tmp_path.iterdir()
        assert part.stat().st_size == 5


def test_a_missing_folder(tmp_path: Path) -> None:
    with pytest.raises(FileNotFoundError), new_file(tmp_path / "nowhere" / "a"):
        pass
