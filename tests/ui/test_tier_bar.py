"""The cells of the tiers."""

from __future__ import annotations

import pytest

from holostream.codec.tier import TIERS
from holostream.ui.line_view import plain
from holostream.ui.palette import LEAVING, ON
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
