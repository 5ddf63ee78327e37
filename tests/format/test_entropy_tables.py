"""Entropy tables: packed, named, stored beside older ones, exact in the coder; hostile files are refused."""

from __future__ import annotations

import constriction
import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from holostream.format.entropy_tables import (
    CODER_BITS,
    TOTAL,
    EntropyTables,
    coder_models,
    unpack_tables,
)
from holostream.format.table_learning import frequencies_of
from tests.format.learned_tables import every_version, same, tables_of


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
