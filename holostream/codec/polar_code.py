"""What the integers of a frame stand for where they are polar, for all who read them; `network.quantizer` makes them.

    gain code g         a chunk as loud as 2^((g - 48) / 2); 0: silence
    amplitude code n    a radius of n^(4/3) steps of its harmonic; 0: nothing
    phase code          one of P(n) = round(4.71 n) equal angles, at least 1, at most 64
"""

from __future__ import annotations

import numpy as np

MAX_GAIN, UNIT_GAIN = 63, 48
MAX_AMPLITUDE, RADIUS_POWER = 255, 4 / 3
MAX_PHASES = 64
PHASES = np.clip((471 * np.arange(MAX_AMPLITUDE + 1) + 50) // 100, 1, MAX_PHASES).astype(np.int32)
"""P(n)."""
