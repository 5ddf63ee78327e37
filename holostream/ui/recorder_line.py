"""The recorder: how long, how large, where to."""

from __future__ import annotations

from holostream.engine.recorder import KeptStatus, RecordingStatus
from holostream.format.clock import clock
from holostream.ui.line_view import Line, LineView, cells, shortened
from holostream.ui.palette import ALARM, DIM, ON_ALARM, PLAIN


def file_size(size: int) -> str:
    """Decimal units, as file managers count."""
    if size < 1000:
        return f"{size} B"
    value, unit = float(size), ""
    for unit in ("kB", "MB", "GB"):  # noqa: B007 - the last unit holds for whatever is larger
        value /= 1000
        if value < 999.95:
            break
    return f"{value:.1f} {unit}"


def recorder_line(recording: RecordingStatus | None, kept: KeptStatus | None, width: int) -> Line:
    """What the recorder does; else how to start it, and what a capture would hold."""
    if recording is None:
        off: Line = (("recorder", DIM), ("  off, r records", DIM))
        if kept is None:
            return off
        return (*off, (f"   kept {clock(kept.seconds, 0)}  {file_size(kept.bytes)}, c saves it", DIM))
    line: Line = (
        ("recording", ON_ALARM),
        (f"  {clock(recording.seconds, 1)}", PLAIN),
        (f"  {file_size(recording.bytes)}", PLAIN),
    )
    if recording.lost_frames:
        line += ((f"  lost {recording.lost_frames} frames", ALARM),)
    return (*line, ("  " + shortened(str(recording.path), width - cells(line) - 2), DIM))


class RecorderLine(LineView):
    """The recorder as a view."""

    def show(self, recording: RecordingStatus | None, kept: KeptStatus | None) -> None:
        self.show_lines([recorder_line(recording, kept, self.size.width)])
