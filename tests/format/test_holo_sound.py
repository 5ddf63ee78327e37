"""A recording's sound from any sample on is that from the beginning."""

from __future__ import annotations

import itertools
from pathlib import Path

import numpy as np
import pytest

from holostream.codec.tier_model import TierModel
from holostream.format.holo_error import HoloFormatError
from holostream.format.holo_events import Event
from holostream.format.holo_file import HoloReader, HoloWriter
from holostream.format.holo_sound import HoloSound
from tests.engine.test_recording_as_heard import Playing


def joined(sound: HoloSound, start: int = 0) -> np.ndarray:
    pieces = list(sound.pieces(start))
    assert pieces[0].start == start
    for one, other in itertools.pairwise(pieces):
        assert other.start == one.start + one.samples.shape[1]
    return np.concatenate([piece.samples for piece in pieces], axis=1)


@pytest.fixture(scope="module")
def recorded(tmp_path_factory: pytest.TempPathFactory, full_size_tiers: dict[int, TierModel]) -> Path:
    """Two lanes, tiers switched, begun in the middle of a session."""
    path, playing = tmp_path_factory.mktemp("recorded") / "a.holo", Playing(full_size_tiers, 64, lanes=2, hops=1200)
    playing.play(37)
    playing.start(path)
    for tier in (32, 64, 32):
        playing.play(150, tier=tier)
    playing.play(500)
    playing.stop()
    return path


@pytest.mark.parametrize("start", [1, 127, 5000, 19_300, 20_000, 60_000, 100_000, 121_000])
def test_from_any_sample_on(recorded: Path, full_size_models: Path, start: int) -> None:
    with HoloSound(recorded, full_size_models) as sound:
        whole = joined(sound)
        assert whole.shape == (2, sound.length)
        assert np.array_equal(joined(sound, start), whole[:, start:])


def test_the_tier_it_was_recorded_with(recorded: Path, full_size_models: Path) -> None:
    with HoloSound(recorded, full_size_models) as sound:
        tiers = [piece.harmonics for piece in sound.pieces()]
    assert [tier for n, tier in enumerate(tiers) if n == 0 or tiers[n - 1] != tier][-3:] == [32, 64, 32]


def test_markers_have_their_place_in_the_recording(recorded: Path, full_size_models: Path, tmp_path: Path) -> None:
    with recorded.open("rb") as file:
        reader = HoloReader(file, models=full_size_models)
        blocks = list(reader.blocks())
    first = blocks[0].first_hop
    with (tmp_path / "b.holo").open("wb", buffering=0) as file:
        writer = HoloWriter(file, reader.header)
        writer.write(blocks[0], [Event(first * 128 + 700, "marker", "b"), Event(first * 128, "tier", 64.0)])
        writer.write_events([Event(first * 128 + 5, "marker", "a")])
    with HoloSound(tmp_path / "b.holo", full_size_models) as sound:
        assert sound.markers == [(5, "a"), (700, "b")]


def test_damaged_and_not_closed_it_is_known_up_to_the_damage(
    recorded: Path, full_size_models: Path, tmp_path: Path
) -> None:
    data = bytearray(recorded.read_bytes())
    with HoloSound(recorded, full_size_models) as sound:
        whole, index, begin = joined(sound), sound._index, sound._reader._start
    data[begin + index.places[5] + 30] ^= 1
    damaged = tmp_path / "damaged.holo"
    damaged.write_bytes(data[:-20])
    with HoloSound(damaged, full_size_models) as sound:
        there = sum(index.hops[:5]) * 128
        assert sound.length == there
        pieces = []
        with pytest.raises(HoloFormatError, match="damaged at byte"):
            pieces.extend(piece.samples for piece in sound.pieces(300))
        assert np.array_equal(np.concatenate(pieces, axis=1), whole[:, 300:there])
