"""What a session keeps of what is heard: recordings, their input, and the last minutes for a capture.

It follows the rings of the shared memory; whatever becomes of a request is a message, and what could not be kept a loss too.
"""

from __future__ import annotations

import contextlib
import itertools
import os
import tempfile
import threading
from collections import deque
from collections.abc import Iterator, Sequence
from datetime import datetime
from pathlib import Path

import platformdirs

from holostream.codec.dna_ring import HEARD, RingFrame
from holostream.codec.tier import TierFacts
from holostream.engine.capture import write_capture
from holostream.engine.kept_input import KeptInput, input_path
from holostream.engine.recorder import KeptStatus, Recorder, RecordingStatus
from holostream.engine.settings import LiveSettings
from holostream.engine.shared_state import SharedState
from holostream.engine.spool import PackedBlock
from holostream.format.audio_file import AudioFileError
from holostream.format.clock import clock
from holostream.format.entropy_tables import EntropyTables
from holostream.format.new_file import free_name

VIEW_FRAMES = 1024


class Recordings:
    """Call `drain` often and `close` at the end; everything else whenever, from any thread."""

    def __init__(
        self,
        settings: LiveSettings,
        shared: SharedState,
        tiers: dict[int, TierFacts],
        tables: dict[int, EntropyTables],
        messages: deque[str],
        losses: list[str],
    ) -> None:
        self._shared, self._messages, self._losses = shared, messages, losses
        self._uncaptured: list[str] = []
        """Of the losses, those that a capture makes good."""
        plays = settings.playback is not None
        self._recorder = Recorder(tiers, shared.lanes, tables, 60 * settings.keep_minutes, offset_kept=plays)
        self._rate = next(iter(tiers.values())).rate
        self._input: KeptInput | None = None
        self._recent: deque[RingFrame] = deque(maxlen=VIEW_FRAMES)
        self._lock, self._recent_lock = threading.RLock(), threading.Lock()
        self._cursor = self._lost_commands = 0
        self._captures: list[threading.Thread] = []
        self._named: set[Path] = set()

    def _lose(self, text: str) -> None:
        """Something was to be kept and is not."""
        self._messages.append(text)
        self._losses.append(text)

    def drain(self) -> None:
        """Take what has come since the last time."""
        with self._lock:
            frames, self._cursor, lost = self._shared.dna.read(self._cursor)
            with self._recent_lock:
                self._recent.extend(frame for frame in frames if frame.kind == HEARD)
            self._shared.dna.publish_read(self._cursor)
            commands = self._shared.applied.take()  # after the frames: so that none of theirs is missing
            try:
                self._recorder.follow(frames, lost, commands)
            except OSError as error:
                self._lose(
                    f"recording stopped: {error.strerror}; what was written is kept; "
                    "free some room and record to a new file"
                )
            self._follow_input()
            if self._input is not None and self.status is None:
                self._close_input()
            if (lost_commands := self._shared.applied.lost) != self._lost_commands:
                missing, self._lost_commands = lost_commands - self._lost_commands, lost_commands
                if self.status is not None:
                    self._lose(
                        f"the recording lacks {missing} events that came too fast, or while the disk took nothing; its sound is whole"
                    )

    def recent(self, count: int) -> list[RingFrame]:
        """The newest heard frames, oldest first."""
        with self._recent_lock:  # not the other one, which waits for disks
            return list(self._recent)[-count:]

    @property
    def status(self) -> RecordingStatus | None:
        """None while nothing is recorded."""
        return self._recorder.status

    @property
    def heard(self) -> bool:
        """Whether there is a hop in the recording, or was in the one that has ended."""
        return self._recorder.span is not None

    @property
    def kept(self) -> KeptStatus | None:
        """What a capture would hold; None if nothing is kept."""
        return self._recorder.kept

    def start(self, path: Path | None = None) -> None:
        """Record to `path`, or a file named by the time, see `_places`. Raises OSError, AudioFileError."""
        failure: OSError | AudioFileError | None = None
        with self._lock:
            for chosen in self._places(path, "holostream"):
                try:
                    self._start(chosen)
                    return
                except (OSError, AudioFileError) as error:
                    failure = failure or error
        assert failure is not None
        raise failure

    def _start(self, chosen: Path) -> None:
        ring, kept = self._shared.input, None
        if ring is not None:
            kept = KeptInput(chosen, ring, self._rate)
        try:
            self._recorder.start(chosen)
        except OSError:
            if kept is not None:
                kept.discard()
            raise
        self._input = kept

    def toggle(self) -> None:
        """Start or stop; of two at once the second undoes the first."""
        with self._lock:
            try:
                stopping = self.status is not None
                self.drain()  # until this moment: a marker just set has its place before it
                if not stopping:
                    self.start()
                    self._messages.append(f"recording to {self.status.path if self.status else ''}")
                elif (status := self.status) is not None:  # else the disk was full just now, and the message says so
                    self._stop(status)
            except AudioFileError as error:
                self._lose(str(error))
            except OSError as error:
                self._lose(
                    f"cannot record to {error.filename or 'that file'}: {error.strerror}; "
                    "start in a folder that can be written to, or with --record FILE"
                )

    def _stop(self, status: RecordingStatus) -> None:
        try:
            self._recorder.stop()
            self._messages.append(f"recorded {status.seconds:.1f} s to {status.path}")
        except OSError as error:
            self._lose(f"the end of {status.path} could not be written: {error.strerror}; the rest is kept")
        finally:
            self._tell_lost(status)
            self._close_input()

    def mark(self, hop: int, text: str) -> None:
        """Set a marker at the present hop. Raises ValueError if the text is too long for a file."""
        with self._lock:
            marker = self._recorder.mark(hop, text)
        if marker is not None:
            self._messages.append(f"marker {marker.number} at {clock(marker.seconds)}")
        elif self.kept is not None:
            self._messages.append("marker set: a capture of what was just played has it")
        else:
            self._messages.append("no marker set: nothing is being recorded; start a recording first")

    def capture(self, path: Path | None = None) -> None:
        """Write what is kept to `path`, or a file named by the time; a thread does it, nothing waits for the disk."""
        places = self._places(path, "holostream-captured")
        first = next(places)  # named by the time it is asked for
        self.drain()
        with self._lock:
            blocks = self._recorder.captured()
        if self.kept is None:
            self._messages.append("nothing to capture: nothing is kept; start with --keep MINUTES")
        elif not blocks:
            self._messages.append("nothing to capture: nothing was heard yet; play first")
        else:
            writing = threading.Thread(target=self._write_capture, args=(itertools.chain([first], places), blocks))
            writing.start()
            with self._lock:
                self._captures = [*(thread for thread in self._captures if thread.is_alive()), writing]

    def _places(self, path: Path | None, beginning: str) -> Iterator[Path]:
        """`path`, if there is one. Else names by the time, one after the other to be tried: in the current folder, then wherever
        else a user finds them; each twice, for another session may take one."""
        if path is not None:
            yield path
            return
        for folder in (Path, platformdirs.user_documents_dir, Path.home, tempfile.gettempdir):
            with contextlib.suppress(RuntimeError):  # a user without a home
                for _ in range(2):
                    yield self._named_by_time(Path(folder()), beginning)

    def _named_by_time(self, folder: Path, beginning: str) -> Path:
        """Free there, with the name of its kept input."""
        with self._lock:
            free = free_name(folder / f"{beginning}-{datetime.now():%Y%m%d-%H%M%S}.holo", self._taken)
            self._named.add(free)
        return free

    def _taken(self, path: Path) -> bool:
        return path in self._named or any(map(os.path.lexists, (path, input_path(path))))  # a capture is there once it is written

    def _write_capture(self, places: Iterator[Path], blocks: Sequence[PackedBlock]) -> None:
        failure = ""
        for path in places:
            try:
                write_capture(path, self._recorder.header, blocks)
                break
            except OSError as error:
                failure = failure or f"cannot capture to {path}: {error.strerror}"
        else:
            told = f"{failure}; it is kept for now: make room, or let it be written there, and capture again"
            self._lose(told)
            self._uncaptured.append(told)
            return
        while self._uncaptured:  # it is kept after all
            self._losses.remove(self._uncaptured.pop())
        seconds = sum(block.hops for block in blocks) * self._recorder.header.hop / self._rate
        self._messages.append(f"{failure + '; ' if failure else ''}captured the last {clock(seconds)} to {path}")

    def _tell_lost(self, status: RecordingStatus) -> None:
        """Of a recording that has ended."""
        if lost := status.lost_frames:
            self._lose(f"{status.path} lacks {lost} frame{'s' * (lost != 1)} that came too late to be recorded, silent in it")

    def _follow_input(self) -> None:
        if self._input is None:
            return
        try:
            self._input.follow(self._recorder.span)
        except AudioFileError as error:
            self._input = None
            self._lose(f"the input is not kept any more: {error}")

    def _close_input(self) -> None:
        """The recording has ended."""
        self._follow_input()
        kept, self._input = self._input, None
        if kept is None:
            return
        try:
            kept.close()
        except AudioFileError as error:
            self._lose(f"the input was not kept: {error}")
            return
        if missing := kept.missing:
            self._messages.append(f"{kept.path} lacks {missing} hop{'s' * (missing != 1)}, missed and silent in it")

    def close(self) -> None:
        """The engine has ended: everything it has heard counts. Safe to call twice."""
        self.drain()
        with self._lock:
            if (status := self.status) is not None:
                self._tell_lost(status)
            try:
                self._recorder.stop(last_hop_complete=True)
            except OSError as error:
                self._lose(
                    f"the end of the recording could not be written: {error.strerror}; the rest is kept"
                )
            self._close_input()
        for thread in self._captures:
            thread.join()
