"""Entropy tables in a models folder: none is lost, none is mistaken for another."""

from __future__ import annotations

from pathlib import Path

import pytest

from holostream.codec.tier_model import ModelError
from holostream.format.table_learning import learn_tables
from holostream.format.table_store import load_tables, save_tables, tables_path
from tests.format.learned_tables import same, sound_like, tables_of


def test_older_sets_stay_beside_newer_ones(tmp_path: Path) -> None:
    old = tables_of(8)
    new = learn_tables([sound_like(1, 200, 8, 50)], 1)
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
