"""Percentiles of the histograms."""

from __future__ import annotations

from holostream.engine.status import histogram_bin, percentile_us
from holostream.ui.line_view import plain
from holostream.ui.palette import WARN
from holostream.ui.timing_table import timing_lines
from tests.ui.shown_text import row, snapshot, style_of


def test_percentiles_are_those_of_the_histograms() -> None:
    values = snapshot()
    lines = timing_lines(values, 43, 5)
    expected = [f"{percentile_us(values['callback_time'], percent) / 1000:.2f}" for percent in (50, 99, 99.9)]
    assert row(lines, "callback") == expected
    assert row(lines, "lateness")[0] == f"{percentile_us(values['lateness'], 50) / 1000:.2f}"
    assert row(lines, "hop")[2] == f"{percentile_us(values['stages'][6], 99.9) / 1000:.2f}"
    assert len(lines) == 4


def test_stages_of_a_hop_appear_where_there_is_room() -> None:
    lines = timing_lines(snapshot(), 43, 10)
    assert [plain(line).split()[0] for line in lines[4:]] == [
        "guard", "encode", "ring", "vocode", "overlap-add", "mix",
    ]  # fmt: skip


def test_times_longer_than_a_block_stand_out() -> None:
    values = snapshot()
    values["lateness"][:] = 0
    values["lateness"][histogram_bin(4000)] = 5
    assert style_of(timing_lines(values, 43, 5)[2], "4.") == WARN
    assert plain(timing_lines(snapshot(lateness=0), 43, 5)[2]).split()[1:] == ["-", "-", "-"]
