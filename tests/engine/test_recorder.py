"""The recorder: frames of the ring to blocks of a file, with gaps, fades and full disks."""

from __future__ import annotations

import errno
import io
import os
from dataclasses import replace
from pathlib import Path

import pytest

from holostream.codec.dna_ring import HEARD, PRIMING, RingFrame
from holostream.codec.tier import TierFacts
from holostream.codec.tier_fade import FADE_HOPS
from holostream.engine import recorder as recorder_module
from holostream.engine.block_gatherer import BLOCK_HOPS
from holostream.engine.recorder import Recorder
from holostream.format.holo_block import DnaBlock
from holostream.format.holo_file import HoloReader
from holostream.format.new_file import new_file
from holostream.format.tags import change_tags
from tests.dna_examples import random_dna

HOP = 128

FACTS = {harmonics: TierFacts("f", harmonics, 48000, HOP, 192, 192, 1, 1, 5, 3, False, f"{harmonics:064d}")
         for harmonics in (4, 8)}


def frame_of(
    hop: int, voice: int = 0, harmonics: int = 4, kind: int = HEARD, fade: tuple[int, int] = (0, 0)
) -> RingFrame:
    return RingFrame(hop, voice, kind, *fade, random_dna(1, 1, harmonics, hop * 10 + voice))


def fade_frames(first: int, outgoing: int = 0, hops: int = FADE_HOPS) -> list[RingFrame]:
    """A fade as the ring has it: priming, then two frames a hop."""
    frames = [frame_of(first - 2 + i, outgoing + 1, 8, PRIMING) for i in range(2)]
    for i in range(hops):
        frames += [frame_of(first + i, outgoing), frame_of(first + i, outgoing + 1, 8, HEARD, (i, FADE_HOPS))]
    return frames


def recorded(path: Path) -> list[DnaBlock]:
    with path.open("rb") as file:
        return list(HoloReader(file).blocks())


def spans(blocks: list[DnaBlock]) -> list[tuple[int, int, tuple[int, ...]]]:
    return [
        (block.first_hop, block.hops, tuple(voice.dna.harmonics for voice in block.voices))
        for block in blocks
    ]


class TestFrames:
    def test_voices_become_blocks(self, tmp_path: Path) -> None:
        recorder = Recorder(FACTS, 1)
        recorder.start(tmp_path / "a.holo")
        recorder.follow(
            [frame_of(hop) for hop in range(4)]
            + fade_frames(4)
            + [frame_of(4 + FADE_HOPS + i, 1, 8) for i in range(3)]
        )
        recorder.stop(last_hop_complete=True)
        blocks = recorded(tmp_path / "a.holo")
        assert spans(blocks) == [(0, 4, (4,)), (4, FADE_HOPS, (4, 8)), (4 + FADE_HOPS, 3, (8,))]
        assert [(block.fade_first, block.fade_hops) for block in blocks] == [(0, 0), (0, FADE_HOPS), (0, 0)]
        assert [[(voice.starts, voice.preroll) for voice in block.voices] for block in blocks] == [
            [(True, 0)], [(False, 0), (True, 2)], [(False, 0)]]

    @pytest.mark.parametrize("recording", [True, False])
    @pytest.mark.parametrize("gathered", [0, 1, 5])
    def test_lost_frames_leave_a_gap(self, tmp_path: Path, gathered: int, recording: bool) -> None:
        """The ring lapped the recorder, with a hop half gathered."""
        recorder = Recorder(FACTS, 1)
        if recording:
            recorder.start(tmp_path / "a.holo")
        recorder.follow([frame_of(hop) for hop in range(gathered)])
        recorder.follow([frame_of(hop) for hop in range(100, 104)], lost=100 - gathered)
        if recording:
            assert recorder.status is not None
            assert recorder.status.lost_frames == 100 - gathered
            recorder.stop(last_hop_complete=True)
            expected = [(0, gathered - 1, (4,))] if gathered > 1 else []
            blocks = recorded(tmp_path / "a.holo")
            assert spans(blocks) == [*expected, (100, 4, (4,))]
            assert blocks[-1].voices[0].starts
            assert blocks[-1].voices[0].preroll == 0
        else:
            recorder.start(tmp_path / "a.holo")
            recorder.follow([frame_of(104)])
            recorder.stop(last_hop_complete=True)
            (block,) = recorded(tmp_path / "a.holo")
            assert spans([block]) == [(103, 2, (4,))]
            assert block.voices[0].preroll == 3

    @pytest.mark.parametrize("skip", range(1, 2 * FADE_HOPS + 3))
    def test_frames_lost_anywhere_in_a_fade(self, tmp_path: Path, skip: int) -> None:
        """What is left is recorded in order; a hop of which a voice is missing is not."""
        recorder = Recorder(FACTS, 1)
        recorder.start(tmp_path / "a.holo")
        recorder.follow([frame_of(hop) for hop in range(3)])
        later = fade_frames(3) + [frame_of(hop, 1, 8) for hop in range(3 + FADE_HOPS, 20)]
        recorder.follow(later[skip:], lost=skip)
        recorder.stop(last_hop_complete=True)
        blocks = recorded(tmp_path / "a.holo")
        hops = [block.first_hop + i for block in blocks for i in range(block.hops)]
        first_complete = 3 + max(0, skip - 1) // 2
        assert hops == [0, 1, *range(first_complete, 20)]
        assert len(blocks) <= 4
        assert all(len(block.voices) == (2 if block.fade_hops else 1) for block in blocks)
        for block in blocks:
            assert [voice.dna.harmonics for voice in block.voices] == sorted(
                voice.dna.harmonics for voice in block.voices
            )

    def test_frames_lost_within_what_was_read(self, tmp_path: Path) -> None:
        """The writer overtook the reader: frames before and after the gap come together."""
        recorder = Recorder(FACTS, 1)
        recorder.start(tmp_path / "a.holo")
        recorder.follow([frame_of(hop) for hop in range(10)])
        recorder.follow([frame_of(hop) for hop in (10, 11, 12, 20, 21)], lost=7)
        recorder.stop(last_hop_complete=True)
        blocks = recorded(tmp_path / "a.holo")
        assert spans(blocks) == [(0, 9, (4,)), (10, 3, (4,)), (20, 2, (4,))]
        assert all(block.voices[0].starts for block in blocks[1:])
        assert blocks[2].voices[0].preroll == 0, "what came before the gap is not what the voice heard last"

    def test_a_long_session_keeps_only_what_may_be_needed(self) -> None:
        recorder = Recorder(FACTS, 1)
        recorder.follow([frame_of(hop) for hop in range(500)])
        for fade in range(30):
            start = 500 + 20 * fade
            recorder.follow([
                replace(frame, voice=frame.voice + fade) for frame in fade_frames(start)
            ] + [frame_of(hop, fade + 1, 8) for hop in range(start + 8, start + 20)])
        assert list(recorder._gatherer._voices) == [30]
        assert all(len(voice.past) <= 5 for voice in recorder._gatherer._voices.values())
        assert recorder._gatherer.hops < BLOCK_HOPS


class TestFile:
    def test_an_existing_file_is_left_alone(self, tmp_path: Path) -> None:
        path = tmp_path / "a.holo"
        path.write_bytes(b"precious")
        recorder = Recorder(FACTS, 1)
        with pytest.raises(FileExistsError):
            recorder.start(path)
        assert path.read_bytes() == b"precious"
        assert recorder.status is None

    def test_header(self, tmp_path: Path) -> None:
        recorder = Recorder(FACTS, 2)
        recorder.start(tmp_path / "a.holo")
        recorder.stop()
        with (tmp_path / "a.holo").open("rb") as file:
            reader = HoloReader(file)
            assert not list(reader.blocks())
            assert reader.finished
        header = reader.header
        assert header.models == {str(harmonics): facts.checksum[:16] for harmonics, facts in FACTS.items()}
        assert (header.family, header.rate, header.hop, header.chunk, header.lanes) == (
            "f",
            48000,
            HOP,
            192,
            2,
        )
        assert header.original_rate == header.lead == 0
        assert header.software.startswith("holostream ")

    def test_status_counts_what_is_heard(self, tmp_path: Path) -> None:
        recorder = Recorder(FACTS, 1)
        assert recorder.status is None
        recorder.start(tmp_path / "a.holo")
        recorder.follow([frame_of(hop) for hop in range(376)])
        status = recorder.status
        assert status.seconds == 1.0
        assert status.lost_frames == 0
        assert status.path == tmp_path / "a.holo"
        assert status.bytes == (tmp_path / "a.holo").stat().st_size
        recorder.stop()
        assert recorder.status is None

    def test_stopping_what_never_began(self) -> None:
        recorder = Recorder(FACTS, 1)
        recorder.stop()
        recorder.abandon()
        assert recorder.status is None

    @pytest.mark.parametrize("room", [900, 2000, 4000, 4321, 7000])
    def test_a_full_disk(self, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, room: int) -> None:
        """Whole blocks stay; the recorder goes on following and can record elsewhere."""
        class FullDisk(io.FileIO):
            def write(self, data: bytes | memoryview) -> int:
                taken = min(len(data), 500, room - self.tell())
                if taken <= 0:
                    raise OSError(errno.ENOSPC, os.strerror(errno.ENOSPC))
                return super().write(bytes(data[:taken]))

        monkeypatch.setattr(
            recorder_module, "open", lambda path, mode, buffering: FullDisk(path, "x"), raising=False
        )
        recorder, frames = Recorder(FACTS, 1), [frame_of(hop) for hop in range(BLOCK_HOPS * 9)]
        recorder.start(tmp_path / "a.holo")
        with pytest.raises(OSError, match="No space"):
            recorder.follow(frames)
        recorder.abandon()
        assert recorder.status is None
        kept = recorded(tmp_path / "a.holo")
        assert [block.first_hop for block in kept] == list(range(0, BLOCK_HOPS * len(kept), BLOCK_HOPS))
        assert len(kept) < 9
        assert (tmp_path / "a.holo").stat().st_size <= room
        monkeypatch.undo()
        recorder.follow([frame_of(hop) for hop in range(5000, 5004)])
        recorder.start(tmp_path / "b.holo")
        recorder.follow([frame_of(hop) for hop in range(5004, 5010)])
        recorder.stop(last_hop_complete=True)
        assert spans(recorded(tmp_path / "b.holo")) == [(5003, 7, (4,))]

    def test_a_disk_that_is_full_when_it_is_closed(
        self, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        recorder = Recorder(FACTS, 1)
        recorder.start(tmp_path / "a.holo")
        recorder.follow([frame_of(hop) for hop in range(20)])
        file = recorder._file

        def full(*anything: object) -> None:
            raise OSError(errno.ENOSPC, os.strerror(errno.ENOSPC))

        monkeypatch.setattr(recorder._writer, "write_packed", full)
        with pytest.raises(OSError, match="No space"):
            recorder.stop()
        assert recorder.status is None
        assert file.closed
        recorder.stop()

    def test_a_disk_with_no_room_for_the_header(
        self, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        class Full(io.FileIO):
            def write(self, data: bytes | memoryview) -> int:
                raise OSError(errno.ENOSPC, os.strerror(errno.ENOSPC))

        monkeypatch.setattr(
            recorder_module, "open", lambda path, mode, buffering: Full(path, "x"), raising=False
        )
        recorder = Recorder(FACTS, 1)
        with pytest.raises(OSError, match=r"No space.*a\.holo"):
            recorder.start(tmp_path / "a.holo")
        assert recorder.status is None
        assert not (tmp_path / "a.holo").exists()

    def test_nothing_takes_the_place_of_a_recording_that_goes_on(self, tmp_path: Path) -> None:
        path, recorder = tmp_path / "a.holo", Recorder(FACTS, 1)
        recorder.start(path)
        before = path.read_bytes()
        with pytest.raises(ValueError, match=r"a\.holo is still being recorded"), new_file(path):
            pass
        with pytest.raises(ValueError, match=r"a\.holo is still being recorded"):
            change_tags(path, {"title": "x"})
        assert path.read_bytes() == before
        recorder.stop()
        assert change_tags(path, {"title": "x"}) == {"title": "x"}
