"""All six counters at both sizes."""

from __future__ import annotations

import pytest

from holostream.ui.counters import counter_lines, short_count
from holostream.ui.line_view import plain
from holostream.ui.palette import DIM, WARN
from tests.ui.shown_text import row, snapshot, style_of


def test_counters_show_all_six_at_both_sizes() -> None:
    values = snapshot(output_underflows=3, late_callbacks=123456, reconnects=1)
    narrow, wide = counter_lines(values, 43, 2), counter_lines(values, 26, 10)
    text = " ".join(plain(line) for line in narrow)
    for part in ("underflows 3", "overflows 0", "late 123k", "errors 0", "bad samples 0", "reconnects 1"):
        assert part in text
    assert all(len(plain(line)) == 43 for line in narrow)
    assert row(wide, "underflows") == ["3"]
    assert style_of(wide[1], "underflows") == WARN
    assert style_of(wide[2], "overflows") == DIM


@pytest.mark.parametrize(("count", "text"), [(0, "0"), (9999, "9999"), (12_345, "12k"), (10_000_000, "10M")])
def test_short_counts(count: int, text: str) -> None:
    assert short_count(count) == text
