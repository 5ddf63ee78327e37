"""What the audio callback takes instead of a microphone's sound: a recording's, from the playback ring.

Pausing, another place in the recording and running dry are seams, not clicks. From the start of the recording to its end
the samples are exactly those of the ring.
"""

from __future__ import annotations

import numpy as np

from holostream.engine.playback_ring import PlaybackRing
from holostream.engine.seam import SEAM_SAMPLES, Seam


class PlaybackInput:
    """The reader's side of a ring. `dry` counts the times that sound was due and not there."""

    def __init__(self, ring: PlaybackRing) -> None:
        self._ring, self._seam = ring, Seam(ring.lanes)
        self._next = np.zeros((ring.lanes, SEAM_SAMPLES), np.float32)
        self._last = np.zeros((ring.lanes, 1), np.float32)
        self._sounding = False
        self.dry = 0

    def take(self, count: int) -> np.ndarray:
        """(lanes, count), silence where nothing is there. Never waits."""
        ring, seam = self._ring, self._seam
        head = ring.head
        out = np.zeros((ring.lanes, count), np.float32)
        if ring.voided or not head.playing:
            if self._sounding:
                there = ring.peek(self._next)
                seam.leave(self._next[:, :there] if there else self._last)
                self._sounding = False
            if ring.voided:
                ring.skip_voided()
        got = 0
        if head.playing:
            got = self._read(out)
        seam.fall(out)
        if self._sounding:
            if got:
                self._last = out[:, got - 1 : got].copy()
            if got < count:
                self._run_dry(out[:, got:])
        head.rested = head.rested + count - got if head.closing and not ring.ahead else 0
        return out

    def _read(self, out: np.ndarray) -> int:
        ring, upcoming = self._ring, self._ring.next_up
        got = ring.peek(out)
        if got:
            if not self._sounding:
                self._sounding = True
                if upcoming is not None and upcoming[0] > 0:  # where a recording begins nothing was cut off
                    self._seam.enter()
            ring.advance(got)
            self._seam.rise(out[:, :got])
        return got

    def _run_dry(self, rest: np.ndarray) -> None:
        """Let the last sample fall, unless this is where the recording ends."""
        self._sounding = False
        if self._ring.head.due:
            self._seam.leave(self._last)
            self._seam.fall(rest)
            self.dry += 1
