"""A second sound beside the path's own, encoded by the same tiers in the same runs: what `cross` takes its phases from."""

from __future__ import annotations

import numpy as np

from holostream.codec.tier import TierFacts
from holostream.engine.input_history import InputHistory


class SecondSource:
    """`chunk_of` once a hop. Every tier that plays encodes it in every hop and hands what it has heard to the next one: what is
    heard does not depend on when a cross began."""

    def __init__(self, facts: TierFacts, lanes: int) -> None:
        self._chunk = facts.chunk
        self._history = InputHistory(lanes, facts.chunk, facts.hop)

    def chunk_of(self, samples: np.ndarray) -> np.ndarray:
        """(lanes, hop) float32 -> the (lanes, chunk) that ends with it, a view; what is no number counts as silence."""
        if not np.isfinite(np.vdot(samples, samples)):
            samples = np.zeros_like(samples)
        self._history.append(samples)
        return self._history.last(self._chunk)
