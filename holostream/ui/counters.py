"""What went wrong so far, counted: zero is calm, anything else stands out."""

from __future__ import annotations

import numpy as np

from holostream.ui.line_view import Line, LineView, rule
from holostream.ui.palette import DIM, WARN

ROWS = (
    ("underflows", "output_underflows"),
    ("overflows", "input_overflows"),
    ("late", "late_callbacks"),
    ("errors", "errors"),
    ("bad samples", "bad_samples"),
    ("reconnects", "reconnects"),
)
PER_LINE = 3


def short_count(count: int) -> str:
    """At most four characters: 9999, 12k, 3M."""
    if count < 10_000:
        return str(count)
    return f"{count // 1000}k" if count < 10_000_000 else f"{count // 1_000_000}M"


def counter_lines(snapshot: np.void, width: int, height: int) -> list[Line]:
    """One counter per line under a title where `height` allows, else three per line."""
    counts = [(label, int(snapshot[field])) for label, field in ROWS]
    if height > len(counts):
        return [
            rule("counted", width),
            *(((f"{label}{count:>{width - len(label)}}", WARN if count else DIM),) for label, count in counts),
        ]
    lines: list[Line] = []
    for start in range(0, len(counts), PER_LINE):
        line: Line = ()
        for n, (label, count) in enumerate(counts[start : start + PER_LINE]):
            room = (width * (n + 1)) // PER_LINE - (width * n) // PER_LINE
            number = short_count(count)
            # A large count takes its room from the end of the label, which is known by then.
            text = f"{label[: room - len(number) - 2]} {number}"
            line += ((text.ljust(room), WARN if count else DIM),)
        lines.append(line)
    return lines


class Counters(LineView):
    """The counters as a view."""

    def show(self, snapshot: np.void) -> None:
        self.show_lines(counter_lines(snapshot, self.size.width, self.size.height))
