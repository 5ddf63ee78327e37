"""What a session keeps, and what it says of it: captures, recordings and their input, without an engine."""

from __future__ import annotations

import errno
import os
import threading
from collections import deque
from collections.abc import Iterator
from datetime import datetime
from pathlib import Path
from typing import Any

import numpy as np
import pytest
import soundfile

from holostream.codec.tier import TierFacts
from holostream.engine import recordings as recordings_module
from holostream.engine.recordings import Recordings
from holostream.engine.settings import LiveSettings
from holostream.engine.shared_state import SharedState
from holostream.format.audio_file import AudioFileError
from holostream.format.audio_writer import AudioWriter
from holostream.format.holo_file import HoloReader

HOP = 128
FACTS = {4: TierFacts("f", 4, 48000, HOP, 192, 192, 1, 1, 5, 3, False, "0" * 64)}
ROW = np.zeros(1 + 2 * 4, np.uint8)


class Kept:
    """Recordings over shared memory that the test itself plays into."""

    def __init__(self, keep_input: bool = False, keep_minutes: float = 10.0) -> None:
        self.shared = SharedState.create(1, 2048, (1, HOP) if keep_input else None)
        self.messages: deque[str] = deque()
        settings = LiveSettings(keep_input=keep_input, keep_minutes=keep_minutes)
        self.losses: list[str] = []
        self.recordings = Recordings(settings, self.shared, FACTS, {}, self.messages, self.losses)
        self.hop = 0

    def play(self, hops: int) -> None:
        for _ in range(hops):
            if self.shared.input is not None:
                self.shared.input.write(self.hop, np.full((1, HOP), self.hop / 1000, np.float32))
            self.shared.dna.write(self.hop, 0, ROW)
            self.hop += 1
        self.recordings.drain()

    def told(self) -> str:
        """The newest message, once every capture is written."""
        for thread in self.recordings._captures:
            thread.join()
        return self.messages[-1]


def test_the_picture_waits_for_no_disk() -> None:
    made = Kept()
    made.play(3)
    with made.recordings._lock:  # as while something is written
        seen: list[int] = []
        looking = threading.Thread(target=lambda: seen.extend(frame.hop for frame in made.recordings.recent(2)))
        looking.start()
        looking.join(10)
    assert seen == [1, 2]
    made.recordings.close()
    made.shared.close()


@pytest.fixture
def kept(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Kept]:
    monkeypatch.chdir(tmp_path)
    made = Kept(keep_input=True)
    yield made
    made.recordings.close()
    made.shared.close()


def hops_of(path: Path) -> range:
    with path.open("rb") as file:
        index = HoloReader(file).index()
    assert sum(index.hops) == index.end_hop - index.first_hop
    return range(index.first_hop, index.end_hop)


def test_a_capture_is_named_by_the_time_and_told(kept: Kept) -> None:
    kept.play(751)
    kept.recordings.mark(700, "good")
    assert kept.told() == "marker set: a capture of what was just played has it"
    kept.recordings.capture()
    told = kept.told()
    (path,) = Path().glob("holostream-captured-????????-??????.holo")
    assert told == f"captured the last 0:02.000 to {path}"
    assert hops_of(path) == range(750)
    status = kept.recordings.kept
    assert status is not None
    assert 0 < status.bytes < 20_000


def test_two_within_a_second_have_two_names(kept: Kept, monkeypatch: pytest.MonkeyPatch) -> None:
    class Stopped(datetime):
        @classmethod
        def now(cls, tz: object = None) -> Stopped:
            return cls(2026, 1, 2, 3, 4, 5)

    monkeypatch.setattr(recordings_module, "datetime", Stopped)
    for _ in range(2):
        kept.play(100)
        kept.recordings.toggle()
        kept.play(100)
        kept.recordings.toggle()
        kept.recordings.capture()
    kept.told()
    Path("holostream-20260102-030405-3.input.wav").touch()
    kept.recordings.toggle()
    names = {"", "-2"}
    assert {path.name for path in Path().glob("[!.]*")} == {
        *(f"holostream-20260102-030405{name}.holo" for name in (*names, "-4")),
        *(f"holostream-20260102-030405{name}.input.wav" for name in (*names, "-3", "-4")),
        *(f"holostream-captured-20260102-030405{name}.holo" for name in names),
    }
    assert not kept.losses


def test_nothing_to_capture_is_told(kept: Kept) -> None:
    kept.recordings.capture()
    assert kept.told() == "nothing to capture: nothing was heard yet; play first"
    off = Kept(keep_minutes=0)
    off.play(100)
    off.recordings.capture()
    assert off.told() == "nothing to capture: nothing is kept; start with --keep MINUTES"
    assert off.recordings.kept is None
    off.shared.close()


def test_where_the_folder_cannot_be_written_to_it_goes_elsewhere(kept: Kept, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("HOME", str(tmp_path / "home"))
    (tmp_path / "home" / "Documents").mkdir(parents=True)
    here = tmp_path / "gone"
    here.mkdir()
    monkeypatch.chdir(here)
    here.rmdir()  # nobody, not even root, can write into what is not there
    kept.play(100)
    kept.recordings.capture()
    told = kept.told()
    assert told.startswith("cannot capture to holostream-captured-")
    (captured,) = (tmp_path / "home" / "Documents").glob("holostream-captured-*.holo")
    assert told.endswith(f"to {captured}")
    kept.recordings.toggle()
    assert kept.recordings.status is not None
    assert kept.recordings.status.path.parent == tmp_path / "home" / "Documents"
    assert not kept.losses
    monkeypatch.chdir(tmp_path)


def test_another_session_may_take_the_name_first(kept: Kept, monkeypatch: pytest.MonkeyPatch) -> None:
    kept.play(100)
    written, write = [], recordings_module.write_capture

    def too_late(path: Path, *anything: Any) -> None:
        if not written:
            path.write_bytes(b"precious")
        written.append(path)
        write(path, *anything)

    monkeypatch.setattr(recordings_module, "write_capture", too_late)
    kept.recordings.capture()
    assert kept.told().endswith(f"to {written[1]}")
    assert written[0].read_bytes() == b"precious"
    assert hops_of(written[1]) == range(99), "all but the one that is being gathered"
    assert not kept.losses


def test_hops_that_came_too_late_are_told_at_the_end(kept: Kept, monkeypatch: pytest.MonkeyPatch) -> None:
    for ends in (kept.recordings.toggle, kept.recordings.close):
        kept.play(100)
        kept.recordings.start(path := Path(f"{kept.hop}.holo"))
        for _ in range(kept.shared.dna.capacity + 50):
            kept.shared.dna.write(kept.hop, 0, ROW)
            kept.hop += 1
        kept.play(100)
        ends()
        assert kept.losses.pop().startswith(f"{path} lacks ")
    assert any("frames that came too late to be recorded, silent in it" in message for message in kept.messages)


def test_a_disk_that_is_full_at_the_end_is_told_as_such(kept: Kept, monkeypatch: pytest.MonkeyPatch) -> None:
    def full(*anything: object, **options: object) -> None:
        raise OSError(errno.ENOSPC, os.strerror(errno.ENOSPC))

    kept.play(100)
    kept.recordings.start(Path("a.holo"))
    kept.play(100)
    monkeypatch.setattr(kept.recordings._recorder, "stop", full)
    kept.recordings.toggle()
    assert kept.losses == ["the end of a.holo could not be written: No space left on device; the rest is kept"]


def test_a_capture_that_cannot_be_written_stops_nothing(kept: Kept, monkeypatch: pytest.MonkeyPatch) -> None:
    kept.play(100)
    kept.recordings.start(Path("a.holo"))
    Path("b.holo").write_bytes(b"precious")
    kept.recordings.capture(Path("b.holo"))
    assert kept.told().startswith("cannot capture to b.holo: File exists; it is kept for now")
    assert Path("b.holo").read_bytes() == b"precious"

    def read_only(*anything: object) -> None:
        raise OSError(errno.EROFS, os.strerror(errno.EROFS))

    with monkeypatch.context() as patch:
        patch.setattr(recordings_module, "write_capture", read_only)
        kept.recordings.capture(Path("c.holo"))
        assert kept.told().startswith("cannot capture to c.holo: Read-only file system; it is kept for now")
    assert [loss[:25] for loss in kept.losses] == ["cannot capture to b.holo:", "cannot capture to c.holo:"]
    kept.play(100)
    kept.recordings.capture(Path("c.holo"))
    assert "captured the last" in kept.told()
    assert kept.losses == [], "what could not be captured is"
    kept.recordings.close()
    assert hops_of(Path("c.holo")) == range(199)
    assert hops_of(Path("a.holo")) == range(99, 200)


def test_the_input_is_that_of_the_recording(kept: Kept) -> None:
    kept.play(300)
    kept.recordings.start(Path("a.holo"))
    kept.play(500)
    kept.recordings.toggle()
    assert kept.messages[-1].startswith("recorded 1.3 s to a.holo")
    samples, rate = soundfile.read("a.input.wav", dtype="float32")
    hops = hops_of(Path("a.holo"))
    assert hops == range(299, 799)
    assert rate == 48000
    assert np.array_equal(samples, np.repeat(np.array(hops, np.float32) / np.float32(1000), HOP))


def test_of_two_that_toggle_at_once_one_starts_and_one_stops(kept: Kept) -> None:
    for _ in range(10):
        kept.play(5)
        together = threading.Barrier(2)

        def toggle(together: threading.Barrier = together) -> None:
            together.wait()
            kept.recordings.toggle()

        threads = [threading.Thread(target=toggle) for _ in range(2)]
        for thread in threads:
            thread.start()
        for thread in threads:
            thread.join()
        assert kept.recordings.status is None
    assert [text.split()[0] for text in kept.messages] == ["recording", "recorded"] * 10
    assert not list(Path().glob(".holostream-*.part"))


def test_an_input_file_that_is_there_already_is_told(kept: Kept) -> None:
    Path("a.input.wav").touch()
    with pytest.raises(AudioFileError, match="never overwrites"):
        kept.recordings.start(Path("a.holo"))
    assert not Path("a.holo").exists()
    assert kept.recordings.status is None


def test_a_full_disk_ends_the_input_and_not_the_recording(kept: Kept, monkeypatch: pytest.MonkeyPatch) -> None:
    kept.recordings.start(Path("a.holo"))
    kept.play(500)

    def full(writer: AudioWriter, block: np.ndarray) -> None:
        writer._fail(OSError(errno.ENOSPC, os.strerror(errno.ENOSPC)))

    with monkeypatch.context() as patch:
        patch.setattr(AudioWriter, "write", full)
        kept.play(500)
    assert kept.messages[-1].startswith("the input is not kept any more: could not write all of a.input.wav: No space")
    kept.play(500)
    kept.recordings.close()
    assert hops_of(Path("a.holo")) == range(1500)
    assert "the first 1.0 s are kept" in kept.losses[0]
    assert soundfile.info("a.input.wav").frames == 384 * HOP


@pytest.mark.parametrize(("count", "told"), [(10, "10 hops"), (1, "1 hop")])
def test_input_hops_that_came_too_late_are_told(kept: Kept, count: int, told: str) -> None:
    kept.recordings.start(Path("a.holo"))
    kept.play(500)
    ring = kept.shared.input
    assert ring is not None
    ring._sequence[400 : 400 + count] = 0
    kept.play(500)
    kept.recordings.close()
    assert kept.messages[-1] == f"a.input.wav lacks {told}, missed and silent in it"


def test_where_nothing_may_be_looked_at_another_place_is_tried(kept: Kept, monkeypatch: pytest.MonkeyPatch) -> None:
    """In a folder that may not be searched asking whether a file is there is refused as well."""

    def refused(path: Path) -> bool:
        raise PermissionError(errno.EACCES, os.strerror(errno.EACCES), str(path))

    kept.play(100)
    monkeypatch.setattr(Path, "exists", refused)
    kept.recordings.capture()
    assert "captured the last" in kept.told()
