"""A file that appears complete or not at all."""

from __future__ import annotations

import errno
import os
import resource
import stat
from pathlib import Path

import pytest

from holostream.format.new_file import new_file, refuse_existing


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
    with pytest.raises(FileNotFoundError) as told, new_file(tmp_path / "nowhere" / "a"):
        pass
    assert told.value.filename == str(tmp_path / "nowhere" / "a")


def test_a_full_disk_is_told_with_the_name_asked_for(tmp_path: Path) -> None:
    def fill() -> None:
        with new_file(tmp_path / "a"):
            raise OSError(errno.ENOSPC, os.strerror(errno.ENOSPC))

    with pytest.raises(OSError, match=r"No space.*/a'") as told:
        fill()
    assert told.value.filename == str(tmp_path / "a")



def test_a_disk_that_takes_a_part_of_a_write_is_full(tmp_path: Path) -> None:
    path = tmp_path / "a"
    path.write_bytes(b"before")
    limits = resource.getrlimit(resource.RLIMIT_FSIZE)
    resource.setrlimit(resource.RLIMIT_FSIZE, (1000, limits[1]))
    try:
        with pytest.raises(OSError, match="too large"), new_file(path) as file:
            file.write(bytes(1500))
    finally:
        resource.setrlimit(resource.RLIMIT_FSIZE, limits)
    assert path.read_bytes() == b"before"
    assert os.listdir(tmp_path) == ["a"]


def test_a_link_stays_and_what_it_points_to_is_replaced_with_its_permissions(tmp_path: Path) -> None:
    (tmp_path / "real").write_bytes(b"old")
    (tmp_path / "real").chmod(0o640)
    (tmp_path / "link").symlink_to("real")
    with new_file(tmp_path / "link") as file:
        file.write(b"new")
    assert (tmp_path / "link").is_symlink()
    assert (tmp_path / "real").read_bytes() == b"new"
    assert stat.S_IMODE((tmp_path / "real").stat().st_mode) == 0o640
    assert sorted(os.listdir(tmp_path)) == ["link", "real"]


def test_folders_and_devices_are_no_files_to_replace(tmp_path: Path) -> None:
    os.mkfifo(tmp_path / "pipe")
    for path in (tmp_path, tmp_path / "pipe", Path("/dev/null")):
        with pytest.raises(OSError, match="it is a folder or a device"), new_file(path):
            pass
    assert os.listdir(tmp_path) == ["pipe"]


def test_what_exists_is_replaced_only_where_that_is_asked_for(tmp_path: Path) -> None:
    path = tmp_path / "a"
    refuse_existing(path, overwrite=False)
    path.touch()
    refuse_existing(path, overwrite=True)
    with pytest.raises(ValueError, match="is there already; choose another name, or replace it with --overwrite"):
        refuse_existing(path, overwrite=False)
