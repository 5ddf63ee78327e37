"""Measured times in ms: percentiles of the callback, its lateness, a hop, and the stages of a hop."""

from __future__ import annotations

import numpy as np

from holostream.engine.status import STAGES, percentile_us
from holostream.ui.line_view import Line, LineView, rule
from holostream.ui.palette import DIM, PLAIN, WARN

PERCENTS = (50.0, 99.0, 99.9)
COLUMN_WIDTH = 8


def timing_lines(snapshot: np.void, width: int, height: int) -> list[Line]:
    """Times longer than a block of sound are marked: whoever takes them is late.

    The first line is the title; the rows of a hop's stages appear where `height` has lines for all of them.
    """
    names = ("callback", "lateness", "hop", *STAGES[:-1])
    rows = [snapshot["callback_time"], snapshot["lateness"], snapshot["stages"][STAGES.index("hop")]]
    rows += list(snapshot["stages"][: len(STAGES) - 1])
    shown = len(rows) if height > len(rows) else 3
    rate = float(snapshot["device_rate"])
    block_us = 1e6 * int(snapshot["block"]) / rate if rate and snapshot["block"] else float("inf")
    heading = "".join(f"p{percent:g}".rjust(COLUMN_WIDTH) for percent in PERCENTS).strip()
    lines = [rule("measured, ms", width, heading.rjust(len(PERCENTS) * COLUMN_WIDTH - 3))]
    for n, (name, histogram) in enumerate(zip(names[:shown], rows[:shown], strict=True)):
        style = PLAIN if n < 3 else DIM
        label = name.replace("_", "-") if n < 3 else f"  {name.replace('_', '-')}"
        line: Line = ((label.ljust(width - len(PERCENTS) * COLUMN_WIDTH), style),)
        for percent in PERCENTS:
            elapsed_us = percentile_us(histogram, percent)
            text = f"{elapsed_us / 1000:.2f}" if elapsed_us else "-"
            line += ((text.rjust(COLUMN_WIDTH), WARN if elapsed_us > block_us else style),)
        lines.append(line)
    return lines


class TimingTable(LineView):
    """The table as a view."""

    def show(self, snapshot: np.void) -> None:
        self.show_lines(timing_lines(snapshot, self.size.width, self.size.height))
