"""Times as people read them."""

from __future__ import annotations


def clock(seconds: float, decimals: int = 3) -> str:
    """0:07.345, 12:00.000, 1:02:03.400; a minus before what was earlier."""
    parts = 10**decimals
    minutes, rest = divmod(round(abs(seconds) * parts), 60 * parts)
    hours, minutes = divmod(minutes, 60)
    tail = f"{rest // parts:02d}" + (f".{rest % parts:0{decimals}d}" if decimals else "")
    sign = "-" * (seconds < 0)
    return f"{sign}{hours}:{minutes:02d}:{tail}" if hours else f"{sign}{minutes}:{tail}"
