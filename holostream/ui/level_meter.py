"""Level meters in dBFS: the bright bar is the RMS, the darker one the peak, the mark the held peak."""

from __future__ import annotations

import itertools
import math
from collections.abc import Sequence

from rich.style import Style

from holostream.ui.line_view import Line, LineView
from holostream.ui.palette import ALARM, DIM, GREEN, GROUND, PLAIN, RAISED, RED, WARN, YELLOW, mixed
from holostream.ui.peak_hold import FLOOR_DB, PeakHold, hold

LABEL_WIDTH, VALUE_WIDTH, LANE_GAP = 5, 7, 3
YELLOW_DB, RED_DB = -12.0, -3.0
_TICKS = (-60, -48, -36, -24, -12, -6, -3, 0)
_EIGHTHS = " ▏▎▍▌▋▊▉█"

_ZONES = (GREEN, YELLOW, RED)
_BRIGHT = tuple(Style(color=color, bgcolor=mixed(GROUND, color, 0.45)) for color in _ZONES)
_DARK = tuple(Style(color=mixed(GROUND, color, 0.45), bgcolor=RAISED) for color in _ZONES)
_ALONE = tuple(Style(color=color, bgcolor=RAISED) for color in _ZONES)


def decibels(linear: float) -> float:
    """Level of a linear amplitude, at least FLOOR_DB."""
    return max(FLOOR_DB, 20 * math.log10(linear)) if linear > 0 else FLOOR_DB


def bar(peak_db: float, rms_db: float, held_db: float, width: int) -> Line:
    """The meter of one lane."""
    peak, rms = (_eighths(level, width) for level in (peak_db, min(rms_db, peak_db)))
    mark = min(width - 1, _eighths(held_db, width) // 8) if held_db > FLOOR_DB else -1
    cells = (_cell(x, peak, rms, x == mark, width) for x in range(width))
    runs = itertools.groupby(cells, key=lambda cell: cell[1])
    return tuple(("".join(text for text, _ in run), style) for style, run in runs)


def _eighths(level_db: float, width: int) -> int:
    return max(0, min(8 * width, round(8 * width * (level_db - FLOOR_DB) / -FLOOR_DB)))


def _cell(x: int, peak: int, rms: int, marked: bool, width: int) -> tuple[str, Style]:
    left_db = FLOOR_DB - FLOOR_DB * x / width
    zone = 2 if left_db >= RED_DB else 1 if left_db >= YELLOW_DB else 0
    if marked and peak < 8 * x + 8:
        return "▐", _ALONE[zone]
    if rms > 8 * x:
        # A bar's end shares its cell with what lies behind it: the peak's bar, or nothing.
        return _EIGHTHS[min(8, rms - 8 * x)], (_BRIGHT if peak >= 8 * x + 8 else _ALONE)[zone]
    return _EIGHTHS[max(0, min(8, peak - 8 * x))], _DARK[zone]


def scale(width: int) -> Line:
    """Tick numbers under a bar of `width` cells, each ending or centered at its level."""
    cells = [" "] * width
    for level_db in sorted(_TICKS, key=lambda tick: (tick % 12 != 0, tick)):
        label = str(level_db)
        center = round(width * (level_db - FLOOR_DB) / -FLOOR_DB)
        start = max(0, min(width - len(label), center - len(label) // 2))
        around = cells[max(0, start - 1) : start + len(label) + 1]
        if all(cell == " " for cell in around):
            cells[start : start + len(label)] = label
    return (("".join(cells), DIM),)


def lane_widths(width: int, lanes: int) -> list[int]:
    """Widths of the bars that share a line of `width` with their numbers."""
    each, rest = divmod(width - LABEL_WIDTH - lanes * VALUE_WIDTH - (lanes - 1) * LANE_GAP, lanes)
    return [max(1, each + (lane < rest)) for lane in range(lanes)]


class LevelMeter(LineView):
    """One line: a name, and a bar with the held peak's number for each lane."""

    def __init__(self, id: str, label: str) -> None:
        super().__init__(id)
        self._label = label
        self._held: list[PeakHold] = []

    def show(self, peaks: Sequence[float], rms: Sequence[float], now_seconds: float) -> None:
        """Linear peak and RMS of each lane."""
        levels = [(decibels(p), decibels(r)) for p, r in zip(peaks, rms, strict=True)]
        before = self._held if len(self._held) == len(levels) else [PeakHold()] * len(levels)
        self._held = [hold(peak, held, now_seconds) for (peak, _), held in zip(levels, before, strict=True)]
        line: Line = ((self._label.ljust(LABEL_WIDTH), PLAIN),)
        widths = lane_widths(self.size.width, len(levels))
        for lane, ((peak, mean), held, width) in enumerate(zip(levels, self._held, widths, strict=True)):
            line += ((" " * LANE_GAP * (lane > 0), PLAIN), *bar(peak, mean, held.level_db, width))
            style = ALARM if held.level_db >= RED_DB else WARN if held.level_db >= YELLOW_DB else PLAIN
            number = f"{held.level_db:.1f}" if held.level_db > FLOOR_DB else "-∞"
            line += ((number.rjust(VALUE_WIDTH), style),)
        self.show_lines([line])


class LevelScale(LineView):
    """The decibels between two meters."""

    def show(self, lanes: int) -> None:
        line: Line = ((" " * LABEL_WIDTH, DIM),)
        for lane, width in enumerate(lane_widths(self.size.width, lanes)):
            line += ((" " * LANE_GAP * (lane > 0), DIM), *scale(width), ("dBFS".rjust(VALUE_WIDTH), DIM))
        self.show_lines([line])
