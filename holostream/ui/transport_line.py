"""Where a recording is: playing or not, position, a bar with loop and markers, and how it is heard."""

from __future__ import annotations

from collections.abc import Sequence

from rich.style import Style

from holostream.format.clock import clock
from holostream.ui.line_view import Line, LineView, cells
from holostream.ui.live_session import PlaybackStatus
from holostream.ui.palette import DIM, ON, ON_WARN, PLAIN, RULE, STRONG, TINTED, WARN

WIDE = 110
SHORTEST_BAR = 8


def transport_line(playback: PlaybackStatus, bypass: bool, dry: int, width: int) -> Line:
    """`bypass`: it is heard as recorded, else through a tier; `dry`: how often sound came too late."""
    duration = max(playback.duration, playback.position)
    left: Line = (
        # Not U+23F8 for a pause: terminals disagree on its width, and few fonts have it.
        ("▶  " if playback.playing else "❚❚ ", TINTED if playback.playing else WARN),
        (clock(playback.position, 1), STRONG),
        (f" / {clock(duration, 1)}  ", DIM),
    )
    gap = "   " if width >= WIDE else "  "
    loop = playback.loop
    looped = "loop" if loop is None or width < WIDE else f"loop {clock(loop[0], 1)} – {clock(loop[1], 1)}"
    was = f"tier {playback.harmonics}" if playback.harmonics else "the end"
    right: Line = (
        (gap, DIM), (looped, DIM if loop is None else WARN),
        (f"{gap}×{playback.speed:.2f}", DIM if playback.speed == 1 else PLAIN),
        (f"{gap}{'recorded with ' if width >= WIDE else ''}{was:8}{gap}{'' if bypass else ' '}", DIM),
        ("as recorded", ON) if bypass else ("re-encoded", ON_WARN),
    )  # fmt: skip
    if dry:
        right = ((f"{gap}dry {dry}", WARN), *right)
    room = max(SHORTEST_BAR, width - cells(left) - cells(right))
    markers = [at for at, _ in playback.markers]
    return left + bar(playback.position, duration, loop, markers, room) + right


def bar(
    position: float, duration: float, loop: tuple[float, float] | None, markers: Sequence[float], width: int
) -> Line:
    """Cells from 0 to `duration` seconds: played and not, a ring for the position, brackets for the loop, crossings for
    markers."""

    def cell(seconds: float) -> int:
        return min(width - 1, max(0, int(seconds / duration * width))) if duration > 0 else 0

    here = cell(position)
    cells: list[tuple[str, Style]] = [("━", TINTED) if n < here else ("─", RULE) for n in range(width)]
    for at in markers:
        if at <= duration:
            cells[cell(at)] = ("┿" if cell(at) < here else "┼", PLAIN)
    if loop is not None:
        first, last = cell(loop[0]), cell(loop[1])
        for n in range(first, last + 1):
            cells[n] = (cells[n][0], WARN)
        cells[first], cells[last] = ("[", WARN), ("]", WARN)
    cells[here] = ("●", TINTED)
    return tuple(cells)


class TransportLine(LineView):
    """The transport as a view."""

    def show(self, playback: PlaybackStatus, bypass: bool, dry: int) -> None:
        self.show_lines([transport_line(playback, bypass, dry, self.size.width)])
