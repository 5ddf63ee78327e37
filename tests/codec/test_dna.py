"""The DNA value."""

from __future__ import annotations

import numpy as np
import pytest

from holostream.codec.dna import Dna, join, one_frame, silence


def some(lanes: int = 2, frames: int = 5, harmonics: int = 4, seed: int = 0) -> Dna:
    random = np.random.default_rng(seed)
    return Dna(
        random.integers(0, 256, (lanes, frames), np.uint8),
        random.integers(0, 256, (lanes, frames, harmonics), np.uint8),
        random.integers(0, 256, (lanes, frames, harmonics), np.uint8),
    )


def test_sizes() -> None:
    dna = some(2, 5, 4)
    assert (dna.lanes, dna.frames, dna.harmonics) == (2, 5, 4)


def test_parts_join_to_the_whole() -> None:
    dna = some()
    assert join([dna.part(0, 2), dna.part(2, 2), dna.part(2, 5)]).equals(dna)
    assert dna.part(1, 3).frames == 2
    assert np.shares_memory(dna.part(1, 3).gains, dna.gains)


def test_a_frame_in_a_row_and_back() -> None:
    dna = some()
    for frame in range(dna.frames):
        assert one_frame(dna.row(frame), dna.lanes).equals(dna.part(frame, frame + 1))


def test_joining_nothing() -> None:
    with pytest.raises(ValueError, match="nothing to join"):
        join([])


@pytest.mark.parametrize("name", ["gains", "amplitudes", "phases"])
def test_equality_sees_every_code(name: str) -> None:
    dna, other = some(), some()
    assert dna.equals(other)
    getattr(other, name)[(1, 3)] ^= 1
    assert not dna.equals(other)
    assert not dna.equals(dna.part(0, 4))


def test_silence_is_all_zero() -> None:
    quiet = silence(2, 3, 8)
    assert (quiet.lanes, quiet.frames, quiet.harmonics) == (2, 3, 8)
    assert not (quiet.gains.any())
    assert not (quiet.amplitudes.any())
    assert not (quiet.phases.any())


@pytest.mark.parametrize("shapes", [
    ((2,), (2, 5, 4), (2, 5, 4)), ((2, 5), (2, 5), (2, 5)), ((2, 5), (2, 4, 4), (2, 4, 4)),
    ((2, 5), (2, 5, 4), (2, 5, 8)), ((1, 5), (2, 5, 4), (2, 5, 4)),
])
def test_shapes_that_do_not_fit(shapes: tuple[tuple[int, ...], ...]) -> None:
    with pytest.raises(ValueError, match="do not fit"):
        Dna(*(np.zeros(shape, np.uint8) for shape in shapes))


@pytest.mark.parametrize("place", range(3))
def test_codes_are_bytes(place: int) -> None:
    arrays = [some().gains, some().amplitudes, some().phases]
    arrays[place] = arrays[place].astype(np.int64)
    with pytest.raises(ValueError, match="uint8"):
        Dna(*arrays)
