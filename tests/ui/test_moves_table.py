"""Rows of the moves."""

from __future__ import annotations

import pytest

from holostream.engine.command import COMMANDS, command_kind
from holostream.ui.line_view import plain
from holostream.ui.moves_table import TABLE, amount_bar, move_row
from holostream.ui.palette import TINTED


def test_every_move_and_setting_has_one_row_and_settings_stand_below_their_move() -> None:
    names = [kind.name for kind in TABLE]
    assert sorted(names) == sorted(kind.name for kind in COMMANDS if kind.group != "mixer")
    assert names.index("mute_low") == names.index("mute_range") + 1
    assert names.index("morph_tier") == names.index("morph") + 1
    assert names[-2:] == ["tempo", "glide_ms"]


@pytest.mark.parametrize("width", [60, 72, 119, 120, 144])
def test_rows_fit(width: int) -> None:
    for kind in TABLE:
        for value in (kind.lowest, kind.neutral, kind.highest):
            text = plain(move_row(kind, value, width))
            assert len(text) <= width
            assert (kind.help in text) is (width >= 120)


def test_the_bar_is_filled_from_neutral() -> None:
    for name, value, text, filled in (
        ("tilt", 0.0, "─────┼─────", ""), ("tilt", 12.0, "─────┼━━━━●", "┼━━━━●"), ("tilt", -12.0, "●━━━━┼─────", "●━━━━┼"),
        ("freeze", 0.0, "├──────────", ""), ("freeze", 0.5, "├━━━━●─────", "├━━━━●"), ("freeze", 0.01, "●──────────", "●"),
    ):  # fmt: skip
        line = amount_bar(command_kind(name), value, 11)
        assert plain(line) == text
        assert "".join(part for part, style in line if style == TINTED) == filled
