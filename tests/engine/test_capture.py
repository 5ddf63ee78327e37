"""A capture holds what was just heard, sample for sample, whatever was recorded meanwhile."""

from __future__ import annotations

import errno
import os
from pathlib import Path

import numpy as np
import pytest

from holostream.codec.tier_model import TierModel
from holostream.engine import block_gatherer
from holostream.engine.applied_ring import AppliedCommand
from holostream.engine.capture import write_capture
from holostream.engine.recorder import Recorder
from holostream.format.holo_file import HoloReader, HoloWriter
from holostream.format.summary import summarize
from holostream.format.table_store import all_current_tables
from tests.engine.test_recording_as_heard import HOP, Playing, replayed


class KeptPlaying(Playing):
    """It keeps `keep_seconds`; a key block every 0.2 s."""

    def __init__(self, tiers: dict[int, TierModel], models: Path, keep_seconds: float, lanes: int = 1, seed: int = 0) -> None:
        super().__init__(tiers, tier=64, lanes=lanes, seed=seed, hops=1600)
        facts = {harmonics: model.facts for harmonics, model in tiers.items()}
        with pytest.MonkeyPatch.context() as patch:
            patch.setattr(block_gatherer, "KEY_SECONDS", 0.2)
            self.recorder = Recorder(facts, lanes, all_current_tables(models, facts), keep_seconds)

    def capture(self, path: Path) -> None:
        self.follow()
        write_capture(path, self.recorder.header, self.recorder.captured())

    def check_captured(self, path: Path) -> range:
        """Asserts that it is consecutive hops up to now, as heard; gives them."""
        blocks, sound = replayed(path, self.tiers)
        hops = [block.first_hop + hop for block in blocks for hop in range(block.hops)]
        assert hops == list(range(hops[0], self.path.hop - 1))
        assert np.array_equal(sound, self.heard[:, hops[0] * HOP : (self.path.hop - 1) * HOP])
        assert np.abs(sound).max() > 0.005
        return range(hops[0], self.path.hop - 1)


@pytest.mark.parametrize("seed", range(2))
def test_it_is_what_was_heard(tiers: dict[int, TierModel], models: Path, tmp_path: Path, seed: int) -> None:
    """Tiers switched at random, loops and morphs, recordings started and stopped, captures in the middle of it all."""
    random = np.random.default_rng(seed)
    playing = KeptPlaying(tiers, models, 0.5, lanes=1 + seed % 2, seed=seed)
    for number in range(5):
        for _ in range(4):
            playing.controls.loop = float(random.choice([0.0, 0.05]))
            playing.controls.morph = float(random.choice([0.0, 0.6]))
            playing.play(int(random.integers(1, 30)), tier=int(random.choice(list(tiers))))
        if number % 4 == 1:
            playing.start(tmp_path / f"{number}.holo")
        if number % 4 == 3:
            playing.recorder.stop()
            assert summarize(tmp_path / f"{number - 2}.holo")["complete"]
        playing.capture(tmp_path / f"captured-{number}.holo")
        hops = playing.check_captured(tmp_path / f"captured-{number}.holo")
        assert len(hops) >= min(187, playing.path.hop - 1)
        assert len(hops) < 187 + 75 + 150
    status = playing.recorder.kept
    assert status is not None
    assert abs(status.seconds - len(hops) / 375) < 0.01


def test_a_recording_is_whole_whatever_is_captured_meanwhile(
    tiers: dict[int, TierModel], models: Path, tmp_path: Path
) -> None:
    playing = KeptPlaying(tiers, models, 0.5)
    playing.start(tmp_path / "a.holo")
    for number in range(5):
        playing.play(60, tier=(4, 256)[number % 2])
        playing.capture(tmp_path / f"{number}.holo")
    playing.stop()
    playing.check_recorded(tmp_path / "a.holo", range(300))


def test_its_events_begin_with_the_state(tiers: dict[int, TierModel], models: Path, tmp_path: Path) -> None:
    playing = KeptPlaying(tiers, models, 0.5)
    playing.recorder.follow([], 0, [AppliedCommand(0, "wet", 1.0), AppliedCommand(0, "mute", 0.0)])
    commands = [AppliedCommand(hop, "wet", round(hop / 1000, 3)) for hop in range(10, 700, 10)]
    for command in commands:
        playing.recorder.follow([], 0, [command])
        playing.play(10)
    playing.follow()
    assert playing.recorder.mark(690, "there") is None, "nothing is recorded"
    playing.play(20)
    playing.capture(tmp_path / "a.holo")
    first = playing.check_captured(tmp_path / "a.holo")[0]
    with (tmp_path / "a.holo").open("rb") as file:
        events = [(event.time // HOP, event.name, event.value) for event in HoloReader(file).events()]
    formerly, before = [command for command in commands if command.hop < first][-2:]
    later = [tuple(command) for command in commands if command.hop >= first]
    on_the_way = [(before.hop, "wet", formerly.value), (before.hop, "mute", 0.0), (before.hop, "glide_ms", 20.0), tuple(before)]
    stated = [(first, "wet", before.value), (first, "mute", 0.0)]
    assert before.hop < first < before.hop + 5, "it begins while the mix is on its way"
    assert events == [*on_the_way, *stated, *later, (690, "marker", "there")]


def test_what_is_kept_does_not_grow(tiers: dict[int, TierModel], models: Path) -> None:
    """Ten times the span: as if hours were played."""
    playing = KeptPlaying(tiers, models, 0.2)
    sizes = []
    for number in range(20):
        playing.play(40, tier=(64, 16)[number % 2])
        playing.follow()
        status = playing.recorder.kept
        assert status is not None
        sizes.append(status.bytes)
        assert status.seconds < 0.2 + 0.2 + 0.2
    assert max(sizes[10:]) < 1.3 * max(sizes[:10])


def test_a_full_disk_leaves_what_is_kept_whole(
    tiers: dict[int, TierModel], models: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The recording has ended with an error; the capture has all of it."""
    playing = KeptPlaying(tiers, models, 10.0)

    def full(*anything: object, **named: object) -> None:
        raise OSError(errno.ENOSPC, os.strerror(errno.ENOSPC))

    playing.start(tmp_path / "a.holo")
    playing.play(400, follow=False)
    with monkeypatch.context() as patch:
        patch.setattr(HoloWriter, "write_packed", full)
        with pytest.raises(OSError, match="No space"):
            playing.follow()
        assert playing.recorder.status is None
        with pytest.raises(OSError, match="No space"):
            playing.capture(tmp_path / "b.holo")
    assert not (tmp_path / "b.holo").exists(), "complete or not at all"
    playing.play(100, tier=4)
    playing.capture(tmp_path / "b.holo")
    assert playing.check_captured(tmp_path / "b.holo")[0] == 0


def test_an_existing_file_is_left_alone(tiers: dict[int, TierModel], models: Path, tmp_path: Path) -> None:
    playing = KeptPlaying(tiers, models, 1.0)
    playing.play(20)
    (tmp_path / "a.holo").write_bytes(b"precious")
    with pytest.raises(FileExistsError):
        playing.capture(tmp_path / "a.holo")
    assert (tmp_path / "a.holo").read_bytes() == b"precious"
