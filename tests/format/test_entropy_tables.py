"""Entropy tables: packed, named, stored beside older ones, exact in the coder; hostile files are refused."""

from __future__ import annotations

import dataclasses
from pathlib import Path

import constriction
import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from holostream.codec.tier_model import ModelError
from holostream.format.entropy_tables import (
    CODER_BITS,
    TOTAL,
    EntropyTables,
    coder_models,
    load_tables,
    save_tables,
    tables_path,
    unpack_tables,
)
from holostream.format.table_learning import frequencies_of, learn_tables
from tests.format.learned_tables import every_version, sound_like, tables_of


def same(one: EntropyTables, other: EntropyTables) -> bool:
    fields = [field.name for field in dataclasses.fields(EntropyTables)]
    return all(np.array_equal(getattr(one, name), getattr(other, name)) for name in fields)


@pytest.mark.parametrize("harmonics", [4, 64, 256])
def test_they_come_back_under_the_same_name(harmonics: int) -> None:
    versions = every_version(harmonics)
    assert [tables.packed[4] for tables in versions] == [1, 2, 3, 4, 4][: len(versions)]
    for tables in versions:
        comes_back(tables)


def comes_back(tables: EntropyTables) -> None:
    found = unpack_tables(tables.packed)
    assert same(found, tables)
    assert found.digest == tables.digest
    assert len(tables.packed) < 64_000


def test_frequencies_add_up_and_none_is_zero() -> None:
    random = np.random.default_rng(1)
    found = frequencies_of(random.random((50, 17)) ** 9 + 1e-12)
    assert (found.sum(1, dtype=np.int64) == TOTAL).all()
    assert found.min() >= 1


@pytest.mark.parametrize("harmonics", [4, 256])
def test_the_coder_works_with_just_these_frequencies(harmonics: int) -> None:
    """Both ends of every symbol's interval in the library's 24-bit models, found by decoding that very point."""
    tables, model = tables_of(harmonics, tells=True), constriction.stream.model.Categorical(perfect=False)
    point_size = ((1 << 64) - 1) >> CODER_BITS
    assert tables.words is not None
    for frequencies in (*tables.amplitudes[:: len(tables.amplitudes) // 6], tables.gains[0], tables.words[33]):
        own_model = coder_models(frequencies[np.newaxis])
        edges = np.concatenate(([0], np.cumsum(frequencies.astype(np.int64)))) * ((1 << CODER_BITS) // TOTAL)
        for symbol in range(len(frequencies)):
            for point in (int(edges[symbol]), int(edges[symbol + 1]) - 1):
                state = point * point_size
                words = np.array([state >> 32, state & 0xFFFFFFFF], np.uint32)
                assert constriction.stream.queue.RangeDecoder(words).decode(model, own_model)[0] == symbol


def test_older_sets_stay_beside_newer_ones(tmp_path: Path) -> None:
    old = tables_of(8)
    new = learn_tables([sound_like(1, 200, 8, 50)])
    assert old.digest != new.digest
    for tables in (old, new):
        save_tables(tmp_path, tables)
    for tables in (old, new):
        assert same(load_tables(tmp_path, 8, tables.digest), tables)


def test_missing_and_damaged_sets_are_told(tmp_path: Path) -> None:
    with pytest.raises(ModelError, match="point --models at a folder that has them"):
        load_tables(tmp_path, 8, "0" * 16)
    tables = tables_of(8)
    path = save_tables(tmp_path, tables)
    path.write_bytes(path.read_bytes()[:-1])
    with pytest.raises(ModelError, match="restore the file"):
        load_tables(tmp_path, 8, tables.digest)
    other = tables_path(tmp_path, 8, "1" * 16)
    other.write_bytes(tables.packed)
    with pytest.raises(ModelError, match="they are set"):
        load_tables(tmp_path, 8, "1" * 16)


@given(place=st.integers(0, 1 << 16), value=st.integers(0, 255), cut=st.integers(0, 1 << 16), version=st.integers(0, 2))
def test_mutated_tables_are_refused(place: int, value: int, cut: int, version: int) -> None:
    packed = every_version(4)[version].packed
    data = bytearray(packed)
    before = data[place % len(data)]
    data[place % len(data)] = value
    if value != before:
        with pytest.raises(ValueError, match=r"they|their|harmonics|bytes|class|frequencies"):
            unpack_tables(bytes(data))
    with pytest.raises(ValueError, match=r"they|their|harmonics|bytes|class|frequencies"):
        unpack_tables(packed[: cut % len(data)])


@given(st.binary(max_size=300))
def test_any_bytes_are_refused(data: bytes) -> None:
    with pytest.raises(ValueError, match=r"they|their|harmonics|bytes|class|frequencies"):
        unpack_tables(b"HOLT" + data)
