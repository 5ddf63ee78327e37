"""`holostream bench quality`: its options to a run, and what is shown while it runs."""

from __future__ import annotations

import contextlib
from collections.abc import Iterator
from pathlib import Path

from rich.console import Console
from rich.progress import BarColumn, MofNCompleteColumn, Progress, TextColumn, TimeRemainingColumn

from holostream.bench.kept_rivals import KeptRivals
from holostream.bench.measurement import Measurement
from holostream.bench.quality import write_report
from holostream.bench.quality_plots import require_matplotlib
from holostream.bench.quality_run import Progress as Report
from holostream.bench.quality_run import QualitySettings, run_quality
from holostream.bench.quality_tables import quality_tables


def quality_with_display(
    settings: QualitySettings, out: Path | None = None, clips: int = 4, kept: KeptRivals | None = None
) -> tuple[tuple[Measurement, ...], Path | None]:
    """Measure with a bar on the terminal; with `out`, the page's path too; `kept` as for `quality_tables`. Raises as `run_quality`,
    `write_report`, `quality_tables`."""
    if out is not None:
        require_matplotlib()  # before the long part
    page = None
    with _bar("measuring") as report:
        result = run_quality(settings, report)
    if out is not None:
        with _bar("sounds to hear") as report:
            page = write_report(result, settings, out, clips, report)
    return quality_tables(result, kept), page


@contextlib.contextmanager
def _bar(what: str) -> Iterator[Report]:
    """A bar on a terminal's stderr with the time left, and the name of what was done last."""
    console = Console(stderr=True)
    columns = (BarColumn(), MofNCompleteColumn(), TimeRemainingColumn(), TextColumn("{task.description}", markup=False))
    with Progress(*columns, console=console, disable=not console.is_terminal) as progress:
        task = progress.add_task(what, total=None)
        yield lambda done, total, name: progress.update(task, completed=done, total=total, description=name)
