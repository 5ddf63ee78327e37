"""The cells of the tiers."""

from __future__ import annotations

import pytest

from holostream.codec.tier import TIERS
from holostream.ui.line_view import plain
from holostream.ui.palette import CELL, DIM, LEAVING, ON
from holostream.ui.tier_bar import tier_line


@pytest.mark.parametrize("width", [78, 158])
def test_every_tier_has_a_cell_with_its_key(width: int) -> None:
    text = plain(tier_line(64, 0, width))
    assert len(text) <= width
    assert text.split() == ["tier", *(word for n, tier in enumerate(TIERS) for word in (str(n + 1), str(tier)))]


def test_the_fading_tier_points_to_the_new_one() -> None:
    for tier, fading_from, mark in ((16, 64, "‹64"), (64, 16, "16›")):
        line = tier_line(tier, fading_from, 78)
        assert "".join(text for text, style in line if style == LEAVING).split()[1] == mark
        assert "".join(text for text, style in line if style == ON).split()[1] == str(tier)
    assert not [text for text, style in tier_line(64, 0, 78) if style == LEAVING]


def test_a_tier_that_is_mixed_in_is_marked_unless_it_sounds_or_fades_anyway() -> None:
    line = tier_line(64, 0, 78, morphed=8)
    assert "".join(text for text, style in line if style == LEAVING).split() == ["2", "~8"]
    assert "".join(text for text, style in line if style == ON).split() == ["5", "64"]
    for same in (tier_line(64, 0, 78, morphed=64), tier_line(64, 8, 78, morphed=8)):
        assert "~" not in plain(same)


@pytest.mark.parametrize("width", [60, 78, 158])
def test_tiers_that_are_missing_are_gray_and_have_no_key(width: int) -> None:
    line, whole = tier_line(16, 0, width, (16, 64)), tier_line(16, 0, width)
    assert len(plain(line)) == len(plain(whole))
    assert [text.strip() for text, style in line if style == DIM] == ["4", "8", "32", "128", "256"]
    assert "".join(text for text, style in line if style == ON).split() == ["3", "16"]
    assert [text.strip() for text, style in line if style == CELL] == ["64"]
    assert plain(line).index("256") == plain(whole).index("256")
