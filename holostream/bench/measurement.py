"""What a benchmark hands back: a table of figures beside their targets, for a terminal, a README and JSON alike."""

from __future__ import annotations

from dataclasses import asdict, dataclass, field
from typing import Any

from rich.box import SIMPLE_HEAD
from rich.console import Console
from rich.table import Table

VERDICTS = {True: "yes", False: "no", None: ""}


@dataclass(frozen=True)
class Row:
    """One line of the table: a text per column, and whether its target was met (None: it has none)."""

    cells: tuple[str, ...]
    met: bool | None = None


@dataclass(frozen=True)
class Measurement:
    """`values` holds the plain numbers behind the rows; `remarks` what a reader must know about them."""

    name: str
    title: str
    columns: tuple[str, ...]
    rows: tuple[Row, ...]
    values: dict[str, Any] = field(default_factory=dict)
    remarks: tuple[str, ...] = ()

    @property
    def met(self) -> bool:
        """No target was missed."""
        return all(row.met is not False for row in self.rows)

    @property
    def judged(self) -> bool:
        """Some row has a target: there is a column that says whether it was met."""
        return any(row.met is not None for row in self.rows)

    def as_dict(self) -> dict[str, Any]:
        """As JSON types."""
        return {**asdict(self), "met": self.met}


def measurement_from_dict(document: dict[str, Any]) -> Measurement:
    """The inverse of `Measurement.as_dict`."""
    return Measurement(
        document["name"],
        document["title"],
        tuple(document["columns"]),
        tuple(Row(tuple(row["cells"]), row["met"]) for row in document["rows"]),
        document["values"],
        tuple(document["remarks"]),
    )


def print_measurement(measurement: Measurement, console: Console | None = None) -> None:
    """A table on the terminal; a missed target is red."""
    console = console or Console()
    table = Table(title=measurement.title, title_justify="left", box=SIMPLE_HEAD, padding=(0, 1, 0, 0), pad_edge=False)
    for place, column in enumerate(measurement.columns):
        table.add_column(column, justify="left" if place == 0 else "right")
    if measurement.judged:
        table.add_column("met")
    for row in measurement.rows:
        table.add_row(*_cells(measurement, row), style="red" if row.met is False else None)
    console.print(table)
    for remark in measurement.remarks:
        console.print(remark, style="dim", markup=False, highlight=False)


def markdown(measurement: Measurement) -> str:
    """The same table for a README, its remarks below."""
    columns = (*measurement.columns, *(("met",) if measurement.judged else ()))
    lines = [
        "| " + " | ".join(columns) + " |",
        "|---" + "|--:" * (len(columns) - 1) + "|",
        *("| " + " | ".join(_cells(measurement, row)) + " |" for row in measurement.rows),
    ]
    for remark in measurement.remarks:
        lines += ["", remark]
    return "\n".join(lines)


def _cells(measurement: Measurement, row: Row) -> tuple[str, ...]:
    return (*row.cells, VERDICTS[row.met]) if measurement.judged else row.cells
