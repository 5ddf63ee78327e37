"""What is recorded plays back as it was heard, bit for bit."""

from __future__ import annotations

import errno
import io
import os
from collections.abc import Iterable
from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest

from holostream.codec.dna_ring import HEARD, PRIMING, DnaRing, RingFrame, ring_bytes
from holostream.codec.tier import TierFacts
from holostream.codec.tier_fade import FADE_HOPS
from holostream.codec.tier_model import TierModel
from holostream.engine import recorder as recorder_module
from holostream.engine.block_path import Controls, PathState, initial_path, step
from holostream.engine.recorder import BLOCK_HOPS, Recorder
from holostream.format.holo_file import DnaBlock, HoloReader
from holostream.format.replay import Replay
from tests.dna_examples import random_dna
from tests.speech import speech

HOP = 128


class Playing:
    """A path that plays speech in virtual time, and a recorder that follows its ring at odd moments."""

    def __init__(self, tiers: dict[int, TierModel], tier: int, lanes: int = 1, seed: int = 0, hops: int = 800,
                 capacity: int = 4096) -> None:
        self.tiers, self.lanes = tiers, lanes
        self.sound = 0.4 * np.stack([speech(hops * HOP / 48000, 48000, seed + lane) for lane in range(lanes)])
        buffer = bytearray(ring_bytes(lanes, capacity))
        self.controls = Controls(tier=tier, feedback_guard=False)
        self.path: PathState = initial_path(tiers, lanes, DnaRing(buffer, lanes, capacity), self.controls)
        self.ring = DnaRing(buffer, lanes, capacity)
        self.recorder = Recorder({harmonics: model.facts for harmonics, model in tiers.items()}, lanes)
        self.heard = np.zeros((lanes, 0), np.float32)
        self.cursor = 0
        self.random = np.random.default_rng(seed)

    def play(self, hops: int, tier: int | None = None, follow: bool = True) -> None:
        if tier is not None:
            self.controls.tier = tier
        for _ in range(hops):
            at = self.path.hop * HOP
            heard = step(self.sound[:, at : at + HOP], self.path, self.controls)
            self.heard = np.concatenate((self.heard, heard), axis=1)
            if follow:
                self.follow(int(self.random.integers(0, 4)))

    def follow(self, at_most: int = 1 << 30) -> None:
        frames, self.cursor, lost = self.ring.read(self.cursor, at_most)
        self.recorder.follow(frames, lost)

    def start(self, path: Path) -> None:
        self.follow()
        self.recorder.start(path)

    def stop(self) -> None:
        self.follow()
        self.recorder.stop(last_hop_complete=True)

    def check_recorded(self, path: Path, hops: Iterable[int]) -> list[DnaBlock]:
        """Asserts that the file holds exactly these consecutive hops, sounding as they were heard."""
        assert self.path.limited_hops == self.path.bad_frames == 0
        blocks, sound = replayed(path, self.tiers)
        assert [block.first_hop + hop for block in blocks for hop in range(block.hops)] == list(hops)
        first, last = min(hops), max(hops)
        assert np.array_equal(sound, self.heard[:, first * HOP : (last + 1) * HOP])
        assert np.abs(sound).max() > 0.005
        return blocks


def replayed(path: Path, tiers: dict[int, TierModel]) -> tuple[list[DnaBlock], np.ndarray]:
    with path.open("rb") as file:
        reader = HoloReader(file, path.name)
        blocks = list(reader.blocks())
        assert reader.torn_bytes == 0
    replay = Replay(reader.header, tiers.__getitem__)
    pieces = [piece for block in blocks for piece in replay.decode(block)]
    return blocks, np.concatenate([np.zeros((reader.header.lanes, 0), np.float32), *pieces], axis=1)


@pytest.fixture(params=["shipped", "full size"])
def some_tiers(request: pytest.FixtureRequest, tiers: dict[int, TierModel],
               full_size_tiers: dict[int, TierModel]) -> dict[int, TierModel]:
    return tiers if request.param == "shipped" else full_size_tiers


class TestSoundsAsHeard:
    @pytest.mark.parametrize("seed", range(4))
    @pytest.mark.parametrize("lanes", [1, 2])
    def test_tiers_switched_at_random(self, some_tiers: dict[int, TierModel], tmp_path: Path, seed: int, lanes: int) -> None:
        """Also quicker than a fade takes, to any tier and back, with recording begun in the middle of it all."""
        random = np.random.default_rng(seed)
        playing = Playing(some_tiers, tier=64, lanes=lanes, seed=seed)

        def play_around(at_least: int) -> None:
            until = playing.path.hop + at_least
            while playing.path.hop < until:
                playing.play(int(random.integers(1, 25)), tier=int(random.choice(list(some_tiers))))

        play_around(90 + seed)
        start = playing.path.hop
        playing.start(tmp_path / "a.holo")
        play_around(400)
        playing.stop()
        blocks = playing.check_recorded(tmp_path / "a.holo", range(start - 1, playing.path.hop))
        assert len(blocks) > 20
        assert any(block.fade_hops for block in blocks)

    def test_from_the_very_first_hop(self, some_tiers: dict[int, TierModel], tmp_path: Path) -> None:
        playing = Playing(some_tiers, tier=32)
        playing.start(tmp_path / "a.holo")
        playing.play(3)
        playing.play(3, tier=64)
        playing.play(30)
        playing.stop()
        blocks = playing.check_recorded(tmp_path / "a.holo", range(36))
        assert blocks[0].voices[0].starts
        assert blocks[0].voices[0].preroll == 0

    @pytest.mark.parametrize("before", [1, 2, 20, 31, 32, 33, 100])
    def test_one_voice_from_its_middle(self, full_size_tiers: dict[int, TierModel], tmp_path: Path, before: int) -> None:
        """A network's sound depends on frames before the recording: as many of them as there were are in it."""
        playing = Playing(full_size_tiers, tier=64)
        playing.play(before)
        playing.start(tmp_path / "a.holo")
        playing.play(60)
        playing.stop()
        (block,) = playing.check_recorded(tmp_path / "a.holo", range(before - 1, before + 60))
        context = full_size_tiers[64].facts.context_frames
        assert block.voices[0].preroll == min(before - 1, context)

    def test_too_short_a_context_would_be_heard(self, full_size_tiers: dict[int, TierModel], tmp_path: Path) -> None:
        """The tests above can fail: with one frame less than the network looks back, they do."""
        playing = Playing(full_size_tiers, tier=64)
        facts = full_size_tiers[64].facts
        short = replace(facts, context_frames=facts.context_frames - 1)
        playing.recorder = Recorder({64: short, 32: full_size_tiers[32].facts}, 1)
        playing.play(100)
        playing.start(tmp_path / "a.holo")
        playing.play(60)
        playing.stop()
        _, sound = replayed(tmp_path / "a.holo", full_size_tiers)
        heard = playing.heard[:, 99 * HOP :]
        assert sound.shape == heard.shape
        assert not np.array_equal(sound, heard)

    @pytest.mark.parametrize("into_fade", range(FADE_HOPS + 2))
    def test_start_in_the_middle_of_a_fade(self, some_tiers: dict[int, TierModel], tmp_path: Path, into_fade: int) -> None:
        playing = Playing(some_tiers, tier=64)
        playing.play(50)
        playing.play(into_fade, tier=32)
        playing.controls.tier = 32
        playing.start(tmp_path / "a.holo")
        playing.play(40)
        playing.stop()
        blocks = playing.check_recorded(tmp_path / "a.holo", range(50 + into_fade - 1, 90 + into_fade))
        faded = [block for block in blocks if block.fade_hops]
        assert len(faded) == (into_fade <= FADE_HOPS)
        if faded:
            assert faded[0].fade_first == max(0, into_fade - 1)
            assert faded[0].fade_hops == FADE_HOPS

    @pytest.mark.parametrize("into_fade", range(1, FADE_HOPS + 1))
    def test_stop_in_the_middle_of_a_fade(self, some_tiers: dict[int, TierModel], tmp_path: Path, into_fade: int) -> None:
        playing = Playing(some_tiers, tier=64)
        playing.start(tmp_path / "a.holo")
        playing.play(20)
        playing.play(into_fade, tier=32)
        playing.stop()
        playing.check_recorded(tmp_path / "a.holo", range(20 + into_fade))

    def test_stop_and_start_again(self, some_tiers: dict[int, TierModel], tmp_path: Path) -> None:
        """Every recording stands alone, whatever was recorded before."""
        playing = Playing(some_tiers, tier=64)
        for number in range(4):
            path, start = tmp_path / f"{number}.holo", playing.path.hop
            playing.start(path)
            playing.play(40, tier=(64, 32)[number // 2])
            playing.stop()
            first = start - 1 if number > 1 else start  # the hop that was being gathered, if there was one
            playing.check_recorded(path, range(first, playing.path.hop))
            playing.play(5 * number)

    def test_starting_ends_the_recording_before(self, tiers: dict[int, TierModel], tmp_path: Path) -> None:
        playing = Playing(tiers, tier=64)
        playing.start(tmp_path / "a.holo")
        playing.play(20)
        playing.start(tmp_path / "b.holo")
        playing.play(20)
        playing.stop()
        playing.check_recorded(tmp_path / "a.holo", range(19))
        playing.check_recorded(tmp_path / "b.holo", range(19, 40))

    def test_the_hop_being_gathered_does_not_count(self, tiers: dict[int, TierModel], tmp_path: Path) -> None:
        """Its second voice may not be there yet."""
        playing = Playing(tiers, tier=64)
        playing.start(tmp_path / "a.holo")
        playing.play(20)
        playing.follow()
        playing.recorder.stop()
        playing.check_recorded(tmp_path / "a.holo", range(19))

    def test_long_recordings_are_many_blocks(self, tiers: dict[int, TierModel], tmp_path: Path) -> None:
        playing = Playing(tiers, tier=4)
        playing.start(tmp_path / "a.holo")
        playing.play(2 * BLOCK_HOPS + 50)
        playing.stop()
        blocks = playing.check_recorded(tmp_path / "a.holo", range(2 * BLOCK_HOPS + 50))
        assert [block.hops for block in blocks] == [BLOCK_HOPS, BLOCK_HOPS, 50]
        assert [block.voices[0].starts for block in blocks] == [True, False, False]

    def test_everything_up_to_the_last_block_is_on_disk(self, tiers: dict[int, TierModel], tmp_path: Path) -> None:
        """As after kill -9: nothing was closed."""
        playing = Playing(tiers, tier=4)
        playing.start(tmp_path / "a.holo")
        playing.play(BLOCK_HOPS + 50)
        playing.follow()
        playing.check_recorded(tmp_path / "a.holo", range(BLOCK_HOPS))
        playing.recorder.stop()


FACTS = {harmonics: TierFacts("f", harmonics, 48000, HOP, 192, 192, 1, 1, 5, 3, False, f"{harmonics:064d}")
         for harmonics in (4, 8)}


def frame_of(hop: int, voice: int = 0, harmonics: int = 4, kind: int = HEARD, fade: tuple[int, int] = (0, 0)) -> RingFrame:
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
    return [(block.first_hop, block.hops, tuple(voice.dna.harmonics for voice in block.voices)) for block in blocks]


class TestFrames:
    def test_voices_become_blocks(self, tmp_path: Path) -> None:
        recorder = Recorder(FACTS, 1)
        recorder.start(tmp_path / "a.holo")
        recorder.follow([frame_of(hop) for hop in range(4)] + fade_frames(4) + [frame_of(hop, 1, 8) for hop in range(12, 15)])
        recorder.stop(last_hop_complete=True)
        blocks = recorded(tmp_path / "a.holo")
        assert spans(blocks) == [(0, 4, (4,)), (4, 8, (4, 8)), (12, 3, (8,))]
        assert [(block.fade_first, block.fade_hops) for block in blocks] == [(0, 0), (0, 8), (0, 0)]
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

    @pytest.mark.parametrize("skip", range(1, 19))
    def test_frames_lost_anywhere_in_a_fade(self, tmp_path: Path, skip: int) -> None:
        """What is left is recorded in order; a hop of which a voice is missing is not, and nothing is mixed up."""
        recorder = Recorder(FACTS, 1)
        recorder.start(tmp_path / "a.holo")
        recorder.follow([frame_of(hop) for hop in range(3)])
        later = fade_frames(3) + [frame_of(hop, 1, 8) for hop in range(11, 20)]
        recorder.follow(later[skip:], lost=skip)
        recorder.stop(last_hop_complete=True)
        blocks = recorded(tmp_path / "a.holo")
        hops = [block.first_hop + i for block in blocks for i in range(block.hops)]
        assert hops == sorted(set(hops))
        assert hops[:2] == [0, 1]
        assert set(range(3 + max(0, skip - 1) // 2, 20)) <= set(hops)
        assert len(blocks) <= 4
        assert all(len(block.voices) == (2 if block.fade_hops else 1) for block in blocks)
        for block in blocks:
            assert [voice.dna.harmonics for voice in block.voices] == sorted(voice.dna.harmonics for voice in block.voices)

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
        assert list(recorder._voices) == [30]
        assert all(len(voice.past) <= 5 and not voice.block for voice in recorder._voices.values())


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
        assert (header.family, header.rate, header.hop, header.chunk, header.lanes) == ("f", 48000, HOP, 192, 2)
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

        monkeypatch.setattr(recorder_module, "open", lambda path, mode, buffering: FullDisk(path, "x"), raising=False)
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

    def test_a_disk_that_is_full_when_it_is_closed(self, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
        recorder = Recorder(FACTS, 1)
        recorder.start(tmp_path / "a.holo")
        recorder.follow([frame_of(hop) for hop in range(20)])
        file = recorder._file

        def full(*anything: object) -> None:
            raise OSError(errno.ENOSPC, os.strerror(errno.ENOSPC))

        monkeypatch.setattr(recorder._writer, "write", full)
        with pytest.raises(OSError, match="No space"):
            recorder.stop()
        assert recorder.status is None
        assert file.closed
        recorder.stop()

    def test_a_disk_with_no_room_for_the_header(self, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
        class Full(io.FileIO):
            def write(self, data: bytes | memoryview) -> int:
                raise OSError(errno.ENOSPC, os.strerror(errno.ENOSPC))

        monkeypatch.setattr(recorder_module, "open", lambda path, mode, buffering: Full(path, "x"), raising=False)
        recorder = Recorder(FACTS, 1)
        with pytest.raises(OSError, match="No space"):
            recorder.start(tmp_path / "a.holo")
        assert recorder.status is None
