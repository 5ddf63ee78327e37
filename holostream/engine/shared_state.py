"""The memory engine and control share, one mapped file: status, commands, commands for later, what became
of them, DNA ring, playback ring, and the input's where it is kept.

A plain mapped file (in RAM-backed /dev/shm where there is one, so that no disk ever stalls a store) works the same
on every system and needs no tracker process.
"""

from __future__ import annotations

import contextlib
import mmap
import os
import tempfile
from pathlib import Path

from holostream.codec.dna_ring import DnaRing, ring_bytes
from holostream.engine.applied_ring import AppliedRing
from holostream.engine.command_ring import CommandRing
from holostream.engine.input_ring import InputRing, input_bytes
from holostream.engine.playback_ring import PlaybackRing, playback_bytes
from holostream.engine.status import Status

PREFIX = "holostream-"


def _remove_abandoned(folder: Path) -> None:
    """Files whose process was killed before it could remove them; their names begin with its number."""
    if os.name != "posix":  # elsewhere asking whether a process lives may end it
        return
    for path in folder.glob(f"{PREFIX}*-*"):
        owner = path.name.removeprefix(PREFIX).split("-")[0]
        if not owner.isdigit():
            continue
        try:
            os.kill(int(owner), 0)
        except ProcessLookupError:
            with contextlib.suppress(OSError):  # somebody else's, who may remove it
                path.unlink()
        except OSError:
            continue  # somebody else's, and alive


def _rounded(size: int) -> int:
    return -(-size // 64) * 64


class SharedState:
    """Views of the mapped file. `create` in the control process, `attach` in the engine."""

    def __init__(
        self,
        path: Path,
        memory: mmap.mmap,
        lanes: int,
        ring_frames: int,
        owner: bool,
        input_shape: tuple[int, int] | None = None,
    ) -> None:
        self.path, self.lanes, self.ring_frames, self._owner = path, lanes, ring_frames, owner
        view = memoryview(memory)
        commands_at = _rounded(Status.BYTES)
        schedule_at = commands_at + _rounded(CommandRing.BYTES)
        applied_at = schedule_at + _rounded(CommandRing.BYTES)
        ring_at = applied_at + _rounded(AppliedRing.BYTES)
        self.status = Status(view[:commands_at])
        self.commands = CommandRing(view[commands_at:schedule_at])
        self.schedule = CommandRing(view[schedule_at:applied_at])
        """Commands meant for a hop to come, in the order of their hops."""
        self.applied = AppliedRing(view[applied_at:ring_at])
        playback_at = ring_at + _rounded(ring_bytes(lanes, ring_frames))
        self.dna = DnaRing(view[ring_at:playback_at], lanes, ring_frames)
        input_at = playback_at + _rounded(playback_bytes(lanes))
        self.playback = PlaybackRing(view[playback_at:input_at], lanes)
        self.input = InputRing(view[input_at:], ring_frames, input_shape) if len(view) > input_at else None
        """None where nobody keeps the input."""

    @staticmethod
    def create(lanes: int, ring_frames: int, input_shape: tuple[int, int] | None = None) -> SharedState:
        """A new zeroed file. `input_shape`: of a hop, where the input is kept. Raises OSError if there is no room."""
        ours = (Status.BYTES, CommandRing.BYTES, CommandRing.BYTES, AppliedRing.BYTES)
        size = sum(map(_rounded, (*ours, ring_bytes(lanes, ring_frames), playback_bytes(lanes))))
        if input_shape is not None:
            size += input_bytes(input_shape, ring_frames)
        folder = "/dev/shm" if os.access("/dev/shm", os.W_OK) else tempfile.gettempdir()
        _remove_abandoned(Path(folder))
        handle, name = tempfile.mkstemp(prefix=f"{PREFIX}{os.getpid()}-", dir=folder)
        try:
            if hasattr(os, "posix_fallocate"):  # a file that only seems so long would end the program at a store
                os.posix_fallocate(handle, 0, size)
            else:
                os.truncate(handle, size)
            memory = mmap.mmap(handle, size)
        except OSError as error:
            os.unlink(name)
            raise OSError(error.errno, f"{error.strerror}, and {size >> 20} MB are needed", folder) from error
        finally:
            os.close(handle)
        return SharedState(Path(name), memory, lanes, ring_frames, owner=True, input_shape=input_shape)

    @staticmethod
    def attach(path: Path, lanes: int, ring_frames: int) -> SharedState:
        """The same memory in another process."""
        with path.open("r+b") as file:
            memory = mmap.mmap(file.fileno(), 0)
        return SharedState(path, memory, lanes, ring_frames, owner=False)

    def close(self) -> None:
        """The owner removes the file; the memory lives until the last process lets go."""
        if self._owner:
            with contextlib.suppress(OSError):
                self.path.unlink()
