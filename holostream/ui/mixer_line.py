"""Gains, dry/wet, switches and the limiter, on one line."""

from __future__ import annotations

import numpy as np

from holostream.ui.line_view import Line, LineView, cells
from holostream.ui.palette import DIM, ON, ON_ALARM, ON_WARN, PLAIN, RULE, TINTED, WARN


def mixer_line(snapshot: np.void, width: int) -> Line:
    """Switches that are on are lit; a muted output, and a guard that is turning the sound down, louder so."""
    gap = "   " if width >= 110 else "  "
    mute, guard, active = (
        bool(snapshot["mute"]),
        bool(snapshot["feedback_guard"]),
        bool(snapshot["guard_active"]),
    )
    limiter_db = float(snapshot["limiter_db"])
    left: Line = (
        ("in ", DIM), (_gain(float(snapshot["input_gain_db"])), PLAIN), (gap, DIM),
        ("out ", DIM), (_gain(float(snapshot["output_gain_db"])), PLAIN), (" dB" + gap, DIM), ("dry ", DIM),
    )  # fmt: skip
    wet = float(snapshot["wet"])
    right: Line = (
        (" wet ", DIM), (f"{wet:.2f}", PLAIN), (gap, DIM),
        ("bypass", ON if snapshot["bypass"] else DIM), (gap, DIM),
        ("mute", ON_ALARM if mute else DIM), (gap, DIM),
        ("guard", ON_WARN if active else ON if guard else DIM), (gap, DIM),
        ("limit ", DIM), (_reduction(limiter_db), WARN if limiter_db < -0.05 else DIM),
    )  # fmt: skip
    room = max(2, min(32, width - cells(left) - cells(right)))
    place = round(wet * (room - 1))
    slider: Line = (("━" * place, TINTED), ("●", TINTED), ("─" * (room - 1 - place), RULE))
    return left + slider + right


def _gain(gain_db: float) -> str:
    return f"{gain_db:+.1f}" if abs(gain_db) < 10 else f"{gain_db:+.0f}".rjust(4)


def _reduction(limiter_db: float) -> str:
    return f"{min(limiter_db, 0) or 0:.1f}".rjust(4) if limiter_db > -9.95 else f"{limiter_db:.0f}".rjust(4)


class MixerLine(LineView):
    """The mixer as a view."""

    def show(self, snapshot: np.void) -> None:
        self.show_lines([mixer_line(snapshot, self.size.width)])
