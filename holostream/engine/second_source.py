"""A second sound beside the path's own, encoded by the same tiers: what `cross` takes its phases from."""

from __future__ import annotations

import numpy as np

from holostream.codec.tier_model import TierModel
from holostream.codec.tier_step import TierStep
from holostream.engine.input_history import InputHistory


class SecondSource:
    """`begin_hop` once a hop; `row` encodes the newest chunk, once for each tier that asks.

    The tier that plays encodes it in every hop, and hands what it has heard to the others: what is heard does not depend on
    when a cross began.
    """

    def __init__(self, tiers: dict[int, TierModel], lanes: int) -> None:
        self._runners = {harmonics: TierStep(model, lanes) for harmonics, model in tiers.items()}
        for runner in self._runners.values():
            runner.warm()
        facts = next(iter(tiers.values())).facts
        self._chunk = facts.chunk
        self._history = InputHistory(lanes, facts.chunk, facts.hop)
        self._levels: np.ndarray | None = None
        self._encoded: list[TierStep] = []
        self._before: list[TierStep] = []

    def begin_hop(self, samples: np.ndarray, harmonics: int) -> None:
        """(lanes, hop) float32, while the tier `harmonics` plays; what is no number counts as silence."""
        if not np.isfinite(np.vdot(samples, samples)):
            samples = np.zeros_like(samples)
        self._history.append(samples)
        self._before, self._encoded = self._encoded, []
        if self._before:
            self._levels = self._before[0].levels.copy()
        self.row(harmonics)

    def row(self, harmonics: int) -> np.ndarray:
        """A tier's codes of the newest chunk, see `dna.codes_in`."""
        runner = self._runners[harmonics]
        if runner not in self._encoded:
            if self._levels is not None and runner not in self._before:
                runner.go_on_from(self._levels)
            self._encoded.append(runner)
            runner.chunk[:, 0] = self._history.last(self._chunk)
            runner.encode()
        return runner.row
