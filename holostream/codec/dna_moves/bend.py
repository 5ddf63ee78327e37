"""All bends of one frame in one go: `Bend(facts).apply(row, amounts, hop, ...) -> row`.

Pure but for plans kept for the next hop: what is random is a function of the hop and the harmonic. With every amount neutral
the very row that came in goes out. In tiers above hop / 2 harmonics a bend works on the first layer; further layers
of a harmonic say what its codes left over, so they are emptied where it changed. A pair that tells of noise stays as it
is while the highest harmonic is heard, and goes with it.
"""

from __future__ import annotations

import numpy as np

from holostream.codec.dna_moves.amplitude_moves import amplitude_crushed, gate_weights, tilted
from holostream.codec.dna_moves.bend_plan import BendAmounts, BendPlan, BendPlanner
from holostream.codec.dna_moves.code_shape import base_harmonics, code_shape
from holostream.codec.dna_moves.phase_moves import Drift, crossed, phase_crushed, robot_turns, toward, whispered
from holostream.codec.dna_moves.range_moves import shift
from holostream.codec.tier import TierFacts


class Bend:
    """The bends of one tier. With its `harmonic_levels`, what moves from one harmonic to another keeps its loudness."""

    def __init__(self, facts: TierFacts, levels: np.ndarray | None = None) -> None:
        self.base = base_harmonics(facts)
        self._layers = facts.harmonics // self.base
        self._noise_pair = facts.noise_pair
        self._frame = 1 + 2 * facts.harmonics
        self._shape = code_shape(facts, levels)
        index = np.arange(self.base, dtype=np.uint32)
        # Of the middle of each pair, from the geometric middle of all.
        octave = np.log2(index + 0.5)
        octave = (octave - (octave[0] + octave[-1]) / 2).astype(np.float32)
        # Bytes are no atoms and have no frequency.
        self._drift = Drift(facts.frames_per_second, index, 0.0 if facts.codes == "bytes" else 0.5)
        self._robot = robot_turns(0, index)[np.newaxis], robot_turns(1, index)[np.newaxis]
        self._plans: list[tuple[BendAmounts, BendPlan]] = []
        self._planner = BendPlanner(octave)

    def apply(
        self, row: np.ndarray, amounts: BendAmounts, hop: int, held_hops: int = 0, second: np.ndarray | None = None
    ) -> np.ndarray:
        """A frame's row of codes (see `dna.codes_in`), bent: a new array, or `row` if all is neutral.

        `hop` is the time of performance, `held_hops` by how many the phases of this frame have to go on because it is
        held, `second` the row of another source in the same tier.
        """
        plan = self._plan_of(amounts)
        if not amounts.cross:
            second = None
        drifting = held_hops != 0 and bool(amounts.freeze_drift or self._layers > 1 or self._drift.evenly(held_hops))
        turning = plan.turning or drifting or second is not None
        if not (plan.anything or turning):
            return row

        def turned(turns: np.ndarray) -> np.ndarray:
            return self._turned(turns, amounts, hop, held_hops, second)

        bent = row.copy()
        codes, lanes = self._by_layer(bent), len(row) // self._frame
        (amplitudes, phases), further = codes[:, :, 0], codes[:, :, 1:] if self._layers > 1 else None
        loud = None
        if plan.resizing:
            if plan.places:
                shift(self._by_layer(row)[:, :, 0], codes[:, :, 0], plan.places, self._shape.zero)
            sizes, turns = self._shape.opened(amplitudes, phases, plan.places)
            if plan.weights is not None:
                sizes *= plan.weights
            if amounts.gate:
                loud = gate_weights(sizes, amounts.gate)
                sizes *= loud
            factors = [1.0] * lanes
            if plan.tilt is not None:
                sizes, factors = tilted(sizes, plan.tilt)
            if amounts.amplitude_crush:
                sizes = amplitude_crushed(sizes, amounts.amplitude_crush)
            if turning:
                turns = turned(turns)
            if plan.spread:
                self._shape.close_leveled(bent[:lanes], sizes, factors, turns, amplitudes, phases)
            else:
                self._shape.close(sizes, turns, amplitudes, phases)
        else:
            if plan.kept is not None:
                self._shape.keep(codes, plan.kept)
            if amounts.gate:
                loud = gate_weights(self._shape.sizes(amplitudes, phases), amounts.gate)
                self._shape.keep(codes, loud[:, np.newaxis])
            if turning:
                self._shape.turn(amplitudes, phases, turned)
        if self._noise_pair and (plan.kept is not None or loud is not None):
            told = bent[lanes:].reshape(2, lanes, -1)[:, :, self.base]
            told *= 1 if plan.kept is None else plan.kept[-1]
            told *= 1 if loud is None else loud[:, -1]
        if further is None:
            return bent
        if drifting or plan.spread or amounts.amplitude_crush:
            further[:] = 0
        elif plan.resizing or turning:
            old_amplitudes, old_phases = self._by_layer(row)[:, :, 0]
            same = phases == old_phases
            if plan.resizing:
                same &= amplitudes == old_amplitudes
            further *= same.view(np.uint8)[:, np.newaxis]
            if plan.resizing and plan.kept is not None:
                further *= plan.kept
            if plan.resizing and loud is not None:
                further *= loud[:, np.newaxis]
        return bent

    def _plan_of(self, amounts: BendAmounts) -> BendPlan:
        """Two are kept: while one voice fades into another both are needed in every hop."""
        for known, plan in self._plans:
            if known is amounts:
                return plan
        self._plans = [(amounts, self._planner.plan(amounts)), *self._plans[:1]]
        return self._plans[0][1]

    def _by_layer(self, row: np.ndarray) -> np.ndarray:
        """A view (2, lanes, layers, base) of a row's amplitudes and phases."""
        lanes = len(row) // self._frame
        return row[lanes:].reshape(2, lanes, self._layers, -1)[..., : self.base]

    def _turned(
        self, turns: np.ndarray, amounts: BendAmounts, hop: int, held_hops: int, second: np.ndarray | None
    ) -> np.ndarray:
        """(lanes, base) turns -> others, which may be the same for all lanes."""
        if second is not None:
            amplitudes, phases = self._by_layer(second)[:, :, 0]
            turns = crossed(turns, *self._shape.turns(amplitudes, phases), amounts.cross)
        if held_hops:
            turns = turns + self._drift.turns(held_hops, amounts.freeze_drift)
        if amounts.robot:
            turns = toward(turns, self._robot[hop & 1], amounts.robot)
        if amounts.whisper:
            turns = whispered(turns, amounts.whisper, hop)
        if amounts.phase_crush:
            turns = phase_crushed(turns, amounts.phase_crush)
        return turns
