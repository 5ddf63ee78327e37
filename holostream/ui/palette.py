"""Every color and text style of the user interface; `app.tcss` takes the same colors as variables."""

from __future__ import annotations

import math

from rich.color import Color
from rich.style import Style

GROUND = "#0f1215"
RAISED = "#1a1f24"
LINE = "#39424b"
TEXT = "#b4bec7"
FAINT = "#6d7883"
BRIGHT = "#e6ebef"
ACCENT = "#7cc0c4"
GREEN = "#5f9e6e"
YELLOW = "#d3ac4f"
RED = "#d9604f"

CSS_VARIABLES = {
    "ground": GROUND,
    "raised": RAISED,
    "line": LINE,
    "ink": TEXT,
    "faint": FAINT,
    "bright": BRIGHT,
    "tint": ACCENT,
}

PLAIN = Style(color=TEXT, bgcolor=GROUND)
DIM = Style(color=FAINT, bgcolor=GROUND)
RULE = Style(color=LINE, bgcolor=GROUND)
TINTED = Style(color=ACCENT, bgcolor=GROUND)
STRONG = Style(color=BRIGHT, bgcolor=GROUND, bold=True)
NAME = Style(color=ACCENT, bgcolor=GROUND, bold=True)
WARN = Style(color=YELLOW, bgcolor=GROUND)
ALARM = Style(color=RED, bgcolor=GROUND, bold=True)
ON = Style(color=GROUND, bgcolor=ACCENT, bold=True)
CELL = Style(color=TEXT, bgcolor=RAISED)
CELL_DIM = Style(color=FAINT, bgcolor=RAISED)
LEAVING = Style(color=ACCENT, bgcolor=LINE)
ON_WARN = Style(color=GROUND, bgcolor=YELLOW, bold=True)
ON_ALARM = Style(color=GROUND, bgcolor=RED, bold=True)

_RAMP = (
    (15, 18, 21),
    (24, 37, 56),
    (33, 72, 98),
    (45, 122, 128),
    (116, 165, 116),
    (216, 179, 88),
    (247, 232, 196),
)
SHADES = 24
"""Steps of the color ramp, from the ground (0) to the brightest."""


def mixed(first: str, second: str, amount: float) -> str:
    """The color `amount` of the way from the first to the second, as #rrggbb."""
    pairs = zip(Color.parse(first).get_truecolor(), Color.parse(second).get_truecolor(), strict=True)
    return "#" + "".join(f"{round(a + (b - a) * amount):02x}" for a, b in pairs)


def shade(number: int) -> Color:
    """Color of a step of the ramp, 0 to SHADES - 1."""
    place = number / (SHADES - 1) * (len(_RAMP) - 1)
    index = min(math.floor(place), len(_RAMP) - 2)
    red, green, blue = (
        round(a + (b - a) * (place - index)) for a, b in zip(_RAMP[index], _RAMP[index + 1], strict=True)
    )
    return Color.from_rgb(red, green, blue)
