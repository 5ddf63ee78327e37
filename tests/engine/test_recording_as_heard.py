"""What is recorded plays back as it was heard, bit for bit, whatever tiers and networks play."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest

from holostream.codec.dna_ring import DnaRing, ring_bytes
from holostream.codec.tier_fade import FADE_HOPS
from holostream.codec.tier_model import TierModel
from holostream.engine.block_gatherer import BLOCK_HOPS
from holostream.engine.block_path import PathState, initial_path, step
from holostream.engine.controls import Controls
from holostream.engine.recorder import Recorder
from holostream.format.holo_block import DnaBlock
from holostream.format.holo_file import HoloReader
from holostream.format.replay import Replay
from tests.speech import speech

HOP = 128


class Playing:
    """A path that plays speech in virtual time, and a recorder that follows its ring at odd moments."""

    def __init__(
        self,
        tiers: dict[int, TierModel],
        tier: int,
        lanes: int = 1,
        seed: int = 0,
        hops: int = 900,
        capacity: int = 4096,
    ) -> None:
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
        assert self.path.mixer.limited_hops == self.path.bad_frames == 0
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
def some_tiers(
    request: pytest.FixtureRequest, tiers: dict[int, TierModel], full_size_tiers: dict[int, TierModel]
) -> dict[int, TierModel]:
    return tiers if request.param == "shipped" else full_size_tiers


class TestSoundsAsHeard:
    @pytest.mark.parametrize("seed", range(4))
    @pytest.mark.parametrize("lanes", [1, 2])
    def test_tiers_switched_at_random(
        self, some_tiers: dict[int, TierModel], tmp_path: Path, seed: int, lanes: int
    ) -> None:
        """Also quicker than a fade takes, to any tier and back; recording begins in the middle of it."""
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
    def test_one_voice_from_its_middle(
        self, full_size_tiers: dict[int, TierModel], tmp_path: Path, before: int
    ) -> None:
        """A network's sound depends on frames before the recording: it holds as many as there were."""
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

    @pytest.mark.parametrize("into_fade", range(FADE_HOPS + 3))
    def test_start_in_the_middle_of_a_fade(
        self, some_tiers: dict[int, TierModel], tmp_path: Path, into_fade: int
    ) -> None:
        playing = Playing(some_tiers, tier=64)
        playing.play(50)
        playing.play(into_fade, tier=32)
        playing.controls.tier = 32
        playing.start(tmp_path / "a.holo")
        playing.play(40)
        playing.stop()
        blocks = playing.check_recorded(tmp_path / "a.holo", range(50 + into_fade - 1, 90 + into_fade))
        faded = [block for block in blocks if block.fade_hops]
        # The first hop only primes, and a recording begins with the hop before.
        assert len(faded) == (into_fade <= FADE_HOPS + 1)
        if faded:
            assert faded[0].fade_first == max(0, into_fade - 2)
            assert faded[0].fade_hops == FADE_HOPS

    @pytest.mark.parametrize("into_fade", range(1, FADE_HOPS + 2))
    def test_stop_in_the_middle_of_a_fade(
        self, some_tiers: dict[int, TierModel], tmp_path: Path, into_fade: int
    ) -> None:
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
        playing = Playing(tiers, tier=4, hops=2 * BLOCK_HOPS + 50)
        playing.start(tmp_path / "a.holo")
        playing.play(2 * BLOCK_HOPS + 50)
        playing.stop()
        blocks = playing.check_recorded(tmp_path / "a.holo", range(2 * BLOCK_HOPS + 50))
        assert [block.hops for block in blocks] == [BLOCK_HOPS, BLOCK_HOPS, 50]
        assert [block.voices[0].starts for block in blocks] == [True, False, False]

    def test_a_recorder_that_was_too_slow_is_exact_again_after_the_gap(
        self, some_tiers: dict[int, TierModel], tmp_path: Path
    ) -> None:
        """The ring laps it; as soon as nothing depends on what was lost, all is as heard."""
        playing = Playing(some_tiers, tier=64, capacity=64)
        playing.start(tmp_path / "a.holo")
        playing.play(50)
        playing.follow()
        playing.play(150, follow=False)
        playing.play(100)
        playing.stop()
        blocks, sound = replayed(tmp_path / "a.holo", some_tiers)
        gap = blocks[0].hops
        assert (blocks[0].first_hop, gap) == (0, 49)
        back = blocks[1].first_hop
        assert 50 < back <= 200
        exact = back + some_tiers[64].facts.context_frames
        assert sound.shape == playing.heard.shape
        assert np.array_equal(sound[:, : gap * HOP], playing.heard[:, : gap * HOP])
        assert not sound[:, gap * HOP : back * HOP].any()
        assert np.array_equal(sound[:, exact * HOP :], playing.heard[:, exact * HOP :])

    def test_everything_up_to_the_last_block_is_on_disk(self, tiers: dict[int, TierModel], tmp_path: Path) -> None:
        """As after kill -9: nothing was closed."""
        playing = Playing(tiers, tier=4)
        playing.start(tmp_path / "a.holo")
        playing.play(BLOCK_HOPS + 50)
        playing.follow()
        playing.check_recorded(tmp_path / "a.holo", range(BLOCK_HOPS))
        playing.recorder.stop()
