"""How much a `.holo` may leave out: a few bytes must not become a disk full of silence."""

from __future__ import annotations

from holostream.format.holo_header import HoloHeader

MAX_GAP_SECONDS = 3600.0
"""What may be missing in all, beside as much as is there."""


class Gaps:
    """What is missing between blocks that follow each other."""

    def __init__(self, header: HoloHeader) -> None:
        self._most = MAX_GAP_SECONDS * header.rate / header.hop
        self._beyond = 0

    def allow(self, missing: int, hops: int) -> bool:
        """Whether a block of `hops` may come after so many missing ones; if so both count."""
        beyond = self._beyond + missing - hops
        if missing < 0 or beyond > self._most:
            return False
        self._beyond = beyond
        return True
