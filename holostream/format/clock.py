"""Times as people read them, to the millisecond."""

from __future__ import annotations


def clock(seconds: float) -> str:
    """0:07.345, 12:00.000, 1:02:03.400; a minus before what was earlier."""
    minutes, thousandths = divmod(round(abs(seconds) * 1000), 60_000)
    hours, minutes = divmod(minutes, 60)
    tail = f"{thousandths // 1000:02d}.{thousandths % 1000:03d}"
    sign = "-" * (seconds < 0)
    return f"{sign}{hours}:{minutes:02d}:{tail}" if hours else f"{sign}{minutes}:{tail}"
