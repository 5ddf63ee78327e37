"""What the picture of the DNA shows: harmonics from bottom to top, time from left to right."""

from __future__ import annotations

from holostream.ui.line_view import LineView, rule


class DnaTitle(LineView):
    """The title as a view, shown where there is room for it."""

    def show(self, tier: int, most: int, seconds: float) -> None:
        """`most` harmonics have rows of their own."""
        harmonics = f"{tier} harmonics" if tier <= most else f"first {most} of {tier} harmonics"
        self.show_lines([rule("dna", self.size.width, f"{harmonics} upward, {seconds:.1f} s across")])
