"""Bars, colors and scale of the meters."""

from __future__ import annotations

import pytest

from holostream.ui.level_meter import bar, decibels, lane_widths, scale
from holostream.ui.line_view import Line, plain
from holostream.ui.palette import GREEN, RED, YELLOW


def colors(line: Line) -> list[str]:
    """Foreground of each cell."""
    return [style.color.name if style.color else "" for text, style in line for _ in text]


def test_decibels() -> None:
    assert decibels(1.0) == 0.0
    assert decibels(0.5) == pytest.approx(-6.02, abs=0.01)
    assert decibels(0.0) == -60.0


@pytest.mark.parametrize("width", [10, 60, 137])
@pytest.mark.parametrize("level_db", [-60.0, -59.9, -33.3, -12.0, -3.0, 0.0, 9.0])
def test_a_bar_fills_its_width_and_not_more(width: int, level_db: float) -> None:
    assert len(plain(bar(level_db, level_db - 9, level_db, width))) == width


def test_the_rms_reaches_as_far_as_its_level() -> None:
    line = plain(bar(-30.0, -30.0, -60.0, 60))
    assert line == "█" * 30 + " " * 30


def test_zones_are_green_yellow_red() -> None:
    cells = colors(bar(0.0, 0.0, 0.0, 60))
    assert cells[:48] == [GREEN] * 48
    assert cells[48:57] == [YELLOW] * 9
    assert cells[57:] == [RED] * 3


def test_the_held_peak_is_marked_in_its_zones_color() -> None:
    line = bar(-40.0, -50.0, -6.0, 60)
    assert plain(line).index("▐") == 54
    assert colors(line)[54] == YELLOW


def test_the_scales_numbers_stand_at_their_levels() -> None:
    text = plain(scale(120))
    assert text.strip().startswith("-60")
    assert text.rstrip().endswith("0")
    assert text.index("-30") if "-30" in text else text.index("-36") + 1 == pytest.approx(120 * 24 / 60, abs=1)


def test_two_lanes_share_the_line_evenly() -> None:
    narrow, wide = lane_widths(78, 2), lane_widths(158, 2)
    assert max(narrow) - min(narrow) <= 1
    assert sum(wide) - sum(narrow) == 80
