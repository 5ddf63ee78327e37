"""The highest level of the last moments, as meters show it: it stands still, then falls."""

from __future__ import annotations

from dataclasses import dataclass

HOLD_SECONDS = 1.5
FALL_DB_PER_SECOND = 20.0
FLOOR_DB = -60.0


@dataclass(frozen=True)
class PeakHold:
    """A held level: `level_db` as shown at time `at_seconds`, reached `since_seconds`."""

    level_db: float = FLOOR_DB
    since_seconds: float = 0.0
    at_seconds: float = 0.0


def hold(level_db: float, held: PeakHold, now_seconds: float) -> PeakHold:
    """The mark after a new measurement."""
    if level_db >= held.level_db:
        return PeakHold(max(level_db, FLOOR_DB), now_seconds, now_seconds)
    falling_since = max(held.since_seconds + HOLD_SECONDS, held.at_seconds)
    fallen_db = FALL_DB_PER_SECOND * max(0.0, now_seconds - falling_since)
    return PeakHold(max(level_db, held.level_db - fallen_db, FLOOR_DB), held.since_seconds, now_seconds)
