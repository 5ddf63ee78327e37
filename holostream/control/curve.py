"""How a knob's way from 0 to 1 becomes a value from low to high, and back. Pure.

`lin`: evenly. `exp`: slowly at first, finest at the low end; where both ends have the same sign every step of the knob is
the same factor, so that 1 lies in the middle between 1/4 and 4. `log`: quickly at first, finest at the high end.
"""

from __future__ import annotations

import math

CURVES = ("lin", "log", "exp")
DEFAULT_FACTOR = 100.0
"""From one end of `exp` and `log` to the other where the ends' own ratio is none."""


def bend(curve: str, x: float, low: float, high: float) -> float:
    """The value at knob position `x` (0 to 1)."""
    return low + (high - low) * _shaped(curve, min(max(x, 0.0), 1.0), _factor(low, high))


def unbend(curve: str, value: float, low: float, high: float) -> float:
    """The knob position (0 to 1) at which the value is `value`, or the end nearest to it."""
    if low == high:
        return 0.0
    share = min(max((value - low) / (high - low), 0.0), 1.0)
    inverse = {"lin": "lin", "exp": "log", "log": "exp"}[curve]
    return min(max(_shaped(inverse, share, _factor(low, high)), 0.0), 1.0)


def _factor(low: float, high: float) -> float:
    ratio = high / low if low * high > 0 else DEFAULT_FACTOR
    return ratio if math.isfinite(ratio) and abs(ratio - 1) > 1e-6 and ratio > 0 else DEFAULT_FACTOR


def _shaped(curve: str, x: float, factor: float) -> float:
    if curve == "exp":
        return (factor**x - 1) / (factor - 1)
    if curve == "log":
        return math.log1p((factor - 1) * x) / math.log(factor)
    return x
