"""The soak's table, and rows of it that were measured on another day."""

from __future__ import annotations

import pytest

from holostream.bench.soak_table import COLUMNS, kept_runs, soak_table

MACHINE = {"cpu": "a processor", "cores": 2, "date": "2026-11-30"}


def run(period: int, **changes: object) -> dict:
    """A soak's run as plain values."""
    return {
        "period": period,
        "before": [0, 0],
        "ours": [1, 2],
        "in_time": [0, 1],
        "after": [3, 4],
        "server_late": [0, 5, 6],
        "errors": 0,
        "switches": 42,
        "watch": {"engine_mb": [90.0, 91.0], "control_mb": [70.0, 71.5], "ring_fill": [8, 9], "queue_fill": [0, 64]},
        "day": "2026-11-29",
        "met": False,
    } | changes


def stored(*runs: dict, minutes: float = 10.0, quick: bool = False, **machine: object) -> dict:
    """A table as `scripts/measure` keeps it."""
    return {"machine": MACHINE | machine, "quick": quick, "measurement": soak_table(runs, minutes, False).as_dict()}


def test_a_row_has_a_cell_for_every_column():
    (row,) = soak_table([run(128)], 10.0, everything=False).rows
    cells = dict(zip(COLUMNS, row.cells, strict=True))
    assert (cells["ours"], cells["in time"], cells["server late"], cells["day"]) == ("1+2", "0+1", "0, 5, 6", "2026-11-29")
    assert row.met is False


def test_other_periods_are_kept():
    before = stored(run(256), run(128), run(64))
    assert [row["period"] for row in kept_runs(before, MACHINE | {"date": "2026-12-01"}, 10.0, (128,))] == [256, 64]
    assert kept_runs(None, MACHINE, 10.0, (128,)) == []


@pytest.mark.parametrize("change", [{"cpu": "another"}, {"cores": 4}, {"minutes": 1.0}, {"quick": True}])
def test_rows_of_another_machine_or_length_are_not_kept(change: dict):
    before = stored(run(256), run(128), **change)
    with pytest.raises(ValueError, match="measure all of them"):
        kept_runs(before, MACHINE, 10.0, (128,))
    assert kept_runs(before, MACHINE, 10.0, (256, 128)) == []
