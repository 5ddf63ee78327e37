"""The first line: which devices are open, and how."""

from __future__ import annotations

from typing import Any

from rich.cells import cell_len

from holostream.ui.line_view import Line, LineView, cells, shortened, spread
from holostream.ui.palette import DIM, NAME, PLAIN, STRONG, WARN

_NAME: Line = (("HoloStream", NAME), ("  ", DIM))


def header(device: dict[str, Any], running: bool, block: int, width: int) -> Line:
    """`device` as the session tells it, `block` as the last callback delivered it."""
    if not device:
        return (*_NAME, ("opening the device…", WARN))
    block = block or device["block"]
    right: Line = (
        ("" if running else "stopped  ", WARN),
        (f"{device['rate']} Hz", PLAIN),
        (f"  block {block}" if block else "  block varies", PLAIN),
    )
    api = "virtual device" if device["virtual"] else str(device["api"])
    room = width - cells(_NAME) - cells(right) - len(api) - len("  ") - len(" → ") - 2
    name_in, name_out = str(device["input"]), str(device["output"])
    half = max(room // 2, room - cell_len(name_out))
    shown_in = shortened(name_in, half)
    left: Line = (
        *_NAME,
        (f"{api}  ", DIM),
        (shown_in, STRONG),
        (" → ", DIM),
        (shortened(name_out, room - cell_len(shown_in)), STRONG),
    )
    return spread(left, right, width)


class HeaderLine(LineView):
    """The header as a view."""

    def show(self, device: dict[str, Any], running: bool, block: int) -> None:
        self.show_lines([header(device, running, block, self.size.width)])
