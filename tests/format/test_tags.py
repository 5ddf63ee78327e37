"""Tags: changed in place of the old ones, everything else stays, or nothing changes."""

from __future__ import annotations

import io
from pathlib import Path

import pytest

from holostream.format.holo_error import HoloFormatError
from holostream.format.holo_file import HoloReader
from holostream.format.tags import change_tags
from tests.dna_examples import equal_blocks, written
from tests.format.test_repair import BLOCKS


def test_tags_change_and_blocks_stay(tmp_path: Path) -> None:
    path = tmp_path / "a.holo"
    path.write_bytes(written(BLOCKS))
    assert change_tags(path, {"title": "Grüße", "artist": "me"}) == {"title": "Grüße", "artist": "me"}
    assert change_tags(path, {"artist": "", "comment": "c" * 500}) == {"title": "Grüße", "comment": "c" * 500}
    reader = HoloReader(io.BytesIO(path.read_bytes()))
    index = reader.index()
    assert reader.header.tags == {"title": "Grüße", "comment": "c" * 500}
    reader.seek(index, 36, 0)
    assert equal_blocks(next(reader.blocks()), BLOCKS[3])
    assert all(equal_blocks(a, b) for a, b in zip(BLOCKS[4:], reader.blocks(), strict=True))


def test_what_does_not_fit_changes_nothing(tmp_path: Path) -> None:
    path = tmp_path / "a.holo"
    path.write_bytes(written(BLOCKS))
    with pytest.raises(ValueError, match="shorten"):
        change_tags(path, {"title": "b" * 70_000})
    assert path.read_bytes() == written(BLOCKS)
    assert [each.name for each in tmp_path.iterdir()] == ["a.holo"]


def test_bytes_that_are_no_text_change_nothing(tmp_path: Path) -> None:
    """As Python has an argument that came in another encoding than the terminal's."""
    path = tmp_path / "a.holo"
    path.write_bytes(written(BLOCKS))
    with pytest.raises(ValueError, match="the title 'caf\\?' holds bytes that are no UTF-8"):
        change_tags(path, {"artist": "me", "title": b"caf\xe9".decode("utf-8", "surrogateescape")})
    assert path.read_bytes() == written(BLOCKS)


def test_another_file(tmp_path: Path) -> None:
    path = tmp_path / "a.holo"
    path.write_bytes(b"RIFF" + bytes(60))
    with pytest.raises(HoloFormatError, match=r"not a \.holo"):
        change_tags(path, {"title": "x"})
