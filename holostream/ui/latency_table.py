"""Where the milliseconds go, from microphone to speakers, in samples at the device's rate and in ms."""

from __future__ import annotations

import numpy as np

from holostream.ui.line_view import Line, LineView, rule
from holostream.ui.palette import DIM, PLAIN, RULE, STRONG, TINTED

LABEL_WIDTH, SAMPLES_WIDTH, MS_WIDTH = 17, 8, 7
TABLE_WIDTH = LABEL_WIDTH + SAMPLES_WIDTH + MS_WIDTH
LEAST_BAR = 8


def latency_lines(snapshot: np.void, width: int) -> list[Line]:
    """Title, four parts, their total, and the chunk that the codec holds.

    `added_latency` of the status is what the codec adds to a pass-through at this block, resampling included;
    the whole chunk is longer, but what the device gathers anyway counts as the device's.
    """
    rate = float(snapshot["device_rate"])
    block = int(snapshot["block"])
    device_in, device_out = int(snapshot["device_input_latency"]), int(snapshot["device_output_latency"])
    resampling = int(snapshot["resampling_latency"])
    added = int(snapshot["added_latency"]) - resampling
    chunk = int(snapshot["algorithmic_latency"])
    total = device_in + added + resampling + device_out
    rows = (
        ("device input", device_in, 0, PLAIN),
        (f"codec, block {block}", added, device_in, PLAIN),
        ("resampling", resampling, device_in + added, PLAIN),
        ("device output", device_out, device_in + added + resampling, PLAIN),
        ("total", total, 0, STRONG),
    )
    heading = f"{'samples':>{SAMPLES_WIDTH}}{'ms':>{MS_WIDTH}}"
    room = width - TABLE_WIDTH - 3
    lines = [
        (
            *rule("latency", TABLE_WIDTH, heading.strip()),
            (" " + "─" * (room + 2) if room >= LEAST_BAR else "", RULE),
        )
    ]
    for label, samples, start, style in rows:
        line: Line = (
            (label.ljust(LABEL_WIDTH), style),
            (f"{samples:>{SAMPLES_WIDTH}}", style),
            (_milliseconds(samples, rate), style),
        )
        lines.append(line + (_bar(start, samples, max(total, 1), room) if room >= LEAST_BAR else ()))
    whole = f"{chunk:>{SAMPLES_WIDTH}}{_milliseconds(chunk, rate)}"
    lines.append((("whole codec chunk".ljust(LABEL_WIDTH), DIM), (whole, DIM)))
    return lines


def _milliseconds(samples: int, rate: float) -> str:
    if not rate:
        return "-".rjust(MS_WIDTH)
    milliseconds = 1000 * samples / rate
    return f"{milliseconds:>{MS_WIDTH}.{2 if milliseconds < 999.995 else 1}f}"


def _bar(start: int, samples: int, total: int, room: int) -> Line:
    """The part's place in the total."""
    left, right = (round(room * place / total) for place in (start, start + samples))
    return ("   " + " " * left, RULE), ("━" * (right - left), TINTED)


class LatencyTable(LineView):
    """The table as a view."""

    def show(self, snapshot: np.void) -> None:
        self.show_lines(latency_lines(snapshot, self.size.width))
