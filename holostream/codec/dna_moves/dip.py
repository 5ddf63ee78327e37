"""A jump while both voices are taken by a morph, so that none is left to fade in: it is made in a dip of level.

    gain     0  -9  -21  -36 | -36  -21  -9   0 dB        the jump, in time or of a bend, is where the | stands

The dip is in the codes, so a recording holds it as it was heard.
"""

from __future__ import annotations

import numpy as np

DEPTHS = (0, 3, 7, 12, 12, 7, 3)
"""Gain codes, 3 dB each, that the hops of a dip are turned down by; 0: there is none."""
JUMP = 4
"""Which of these hops is the first after the jump."""


class Dip:
    """Where in a dip a hop is: `advance` once a hop, then `quieter` for each row that is heard in it."""

    def __init__(self) -> None:
        self._at = 0

    def advance(self, wanted: bool) -> bool:
        """Whether this hop is to jump, while a jump is `wanted`. The next one waits until the dip is over: were it to turn
        at once, a knob that is being turned would be silence."""
        if wanted or self._at:
            goes_on = wanted or self._at >= JUMP
            self._at = (self._at + 1 if goes_on else 2 * JUMP - self._at) % len(DEPTHS)
        return wanted and self._at == JUMP

    def quieter(self, row: np.ndarray, lanes: int) -> np.ndarray:
        """A frame's row of codes (see `dna.codes_in`) as loud as this hop has it: a new array, or `row` outside a dip.

        Silence stays silence, and gains that are only on or off stay as they are."""
        depth = DEPTHS[self._at]
        if not depth:
            return row
        turned_down = row.copy()
        gains = turned_down[:lanes]
        np.copyto(gains, np.maximum(gains, depth + 1) - np.uint8(depth), where=gains > 0)
        return turned_down
