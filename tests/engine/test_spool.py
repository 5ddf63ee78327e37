"""The spool: it keeps the last minutes, and never more than a stretch more."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from holostream.engine import spool as spool_module
from holostream.engine.spool import PackedBlock, Spool


def block(first_hop: int, hops: int, key: bool, size: int = 10) -> PackedBlock:
    return PackedBlock(first_hop, hops, b"f" * size, b"e", b"state" if key else None, b"missed")


@given(st.integers(1, 500), st.lists(st.tuples(st.integers(1, 50), st.booleans()), max_size=80))
def test_it_keeps_what_it_should_from_a_key_block_on(keep: int, turns: list[tuple[int, bool]]) -> None:
    spool, added, heard = Spool(keep), list[PackedBlock](), 0
    for hops, key in turns:
        added.append(block(heard, hops, key or not added))
        spool.add(added[-1])
        heard += hops
        kept = spool.blocks()
        assert kept == added[len(added) - len(kept) :], "the newest, all of them"
        assert kept[0].state is not None
        assert spool.hops == sum(one.hops for one in kept) >= min(keep, heard)
        assert spool.bytes == sum(one.size for one in kept)
        later = [place for place, one in enumerate(kept) if place and one.state is not None]
        assert not later or sum(one.hops for one in kept[later[0] :]) < keep, "not a stretch more than needed"


def test_without_a_key_block_nothing_is_kept() -> None:
    spool = Spool(100)
    spool.add(block(0, 10, key=False))
    assert (spool.blocks(), spool.hops, spool.bytes) == ([], 0, 0)


def test_a_flood_of_events_cannot_fill_the_memory(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(spool_module, "MOST_BYTES", 1000)
    spool = Spool(1 << 40)
    for hop in range(100):
        spool.add(block(hop, 1, key=True, size=90))
        assert spool.bytes <= 1000
    assert spool.blocks()[-1].first_hop == 99


def test_the_state_stands_where_a_file_begins_and_what_was_missed_elsewhere() -> None:
    key = block(0, 1, key=True)
    assert (key.before(begins_file=True), key.before(begins_file=False)) == (b"statee", b"missede")
