"""A widget of styled text lines that repaints only the lines that changed.

Views are pure functions from values to lines; this class is the one place that puts lines on the screen. It
exists because Textual's own text widgets repaint whole, on a processor that the sound needs.
"""

from __future__ import annotations

from collections.abc import Sequence

from rich.cells import cell_len, set_cell_size
from rich.segment import Segment
from rich.style import Style
from textual.geometry import Region
from textual.strip import Strip
from textual.widget import Widget

from holostream.ui.palette import DIM, PLAIN, RULE, TINTED

Line = tuple[tuple[str, Style], ...]
"""Pieces of text from left to right, each with its style."""


class LineView(Widget):
    """Shows lines from the top, cropped and padded to its width."""

    def __init__(self, id: str) -> None:
        super().__init__(id=id)
        self.shown: tuple[Line, ...] = ()

    def show_lines(self, lines: Sequence[Line]) -> None:
        """Replace the text; lines that stayed the same are not repainted."""
        before, self.shown = self.shown, tuple(lines)
        count = max(len(before), len(self.shown))
        changed = [Region(0, y, self.size.width, 1) for y in range(count) if before[y : y + 1] != self.shown[y : y + 1]]
        if changed:
            self.refresh(*changed)

    @property
    def text(self) -> str:
        """What is shown, without styles."""
        return "\n".join(plain(line) for line in self.shown)

    def render_line(self, y: int) -> Strip:
        line = self.shown[y] if y < len(self.shown) else ()
        return Strip([Segment(text, style) for text, style in line]).adjust_cell_length(self.size.width, PLAIN)


def plain(line: Line) -> str:
    """A line's text without styles."""
    return "".join(text for text, _ in line)


def cells(line: Line) -> int:
    """How wide it is: some letters take two cells."""
    return cell_len(plain(line))


def rule(title: str, width: int, heading: str = "") -> Line:
    """A box title: the name, a thin line, and column headings at the right."""
    left, right = f"{title} ", f" {heading}" if heading else ""
    return (left, TINTED), ("─" * max(0, width - len(left) - len(right)), RULE), (right, DIM)


def shortened(text: str, width: int) -> str:
    """The text, or its two ends around an ellipsis where it takes more cells."""
    if cell_len(text) <= width:
        return text
    if width < 2:
        return set_cell_size(text, max(0, width))
    head = (width - 1) // 2
    return f"{set_cell_size(text, head)}…{set_cell_size(text[::-1], width - 1 - head)[::-1]}"


def spread(left: Line, right: Line, width: int) -> Line:
    """Two parts pushed to the two sides."""
    gap = max(1, width - cells(left) - cells(right))
    return (*left, (" " * gap, DIM), *right)
