"""All bends of one frame in one go: `Bend(facts).apply(codes, amounts, hop, ...) -> codes`.

Pure: nothing is remembered, and what is random is a function of the hop and the harmonic. With every amount neutral the very
arrays that came in go out. In tiers above hop / 2 harmonics a bend works on the first layer; further layers
of a harmonic say what its codes left over, so they are emptied where it changed.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from holostream.codec.dna_moves.amplitude_moves import amplitude_crushed, gate_weights, tilted
from holostream.codec.dna_moves.code_shape import base_harmonics, code_shape
from holostream.codec.dna_moves.phase_moves import Drift, crossed, phase_crushed, robot_turns, toward, whispered
from holostream.codec.dna_moves.range_moves import comb_weights, mute_weights, places_of, shifted, solo_weights
from holostream.codec.tier import TierFacts

Codes = tuple[np.ndarray, np.ndarray, np.ndarray]
"""Of one frame, uint8: gains (lanes,), amplitudes and phases (lanes, harmonics)."""


@dataclass(frozen=True)
class BendAmounts:
    """How much of every bend, in the units and ranges of the engine's commands of these names; neutral unless given."""

    freeze_drift: float = 0.0
    """Of a frame that is held: how far its phases drift (the amount of `freeze`)."""
    mute_range: float = 0.0
    mute_low: float = 0.0
    mute_high: float = 0.25
    solo_range: float = 0.0
    solo_low: float = 0.0
    solo_high: float = 0.25
    tilt: float = 0.0
    shift: float = 0.0
    comb: float = 1.0
    gate: float = 0.0
    amplitude_crush: float = 0.0
    phase_crush: float = 0.0
    robot: float = 0.0
    whisper: float = 0.0
    cross: float = 0.0


class Bend:
    """The bends of one tier. With its `harmonic_levels`, what moves from one harmonic to another keeps its loudness."""

    def __init__(self, facts: TierFacts, levels: np.ndarray | None = None) -> None:
        self.base, self.harmonics = base_harmonics(facts), facts.harmonics
        self._shape = code_shape(facts, levels)
        self._index = np.arange(self.base, dtype=np.uint32)
        # Of the middle of each pair, from the geometric middle of all.
        octave = np.log2(self._index + 0.5)
        self._octave = (octave - (octave[0] + octave[-1]) / 2).astype(np.float32)
        # Bytes are no atoms and have no frequency.
        self._drift = Drift(facts.frames_per_second, self._index, 0.0 if facts.codes == "bytes" else 0.5)

    def apply(
        self, codes: Codes, amounts: BendAmounts, hop: int, held_hops: int = 0, second: Codes | None = None
    ) -> Codes:
        """The codes of a frame, bent; new arrays, or those of `codes` if all is neutral.

        `hop` is the time of performance, `held_hops` how long ago this frame was live while it is held, `second` the
        frame of another source in the same tier.
        """
        places = places_of(amounts.shift, self.base)
        cross = amounts.cross if second is not None else 0.0
        drift = amounts.freeze_drift if held_hops else 0.0
        chosen = amounts.comb > 1 or amounts.mute_range or amounts.solo_range
        spread = places or amounts.tilt  # to sizes that the codes of their new places may not have
        resized = amounts.gate or amounts.amplitude_crush
        turned = cross or drift or amounts.robot or amounts.whisper or amounts.phase_crush
        if not (spread or chosen or resized or turned):
            return codes

        gains, amplitudes, phases = codes
        sizes, turns = self._shape.opened(amplitudes[:, : self.base], phases[:, : self.base])
        # Where further layers still hold, as far as sizes and turns of 0 cannot tell.
        whole: np.ndarray | bool = not (spread or amounts.amplitude_crush or drift)

        if cross and second is not None:
            other_sizes, other_turns = self._shape.opened(second[1][:, : self.base], second[2][:, : self.base])
            turns = crossed(turns, other_turns, other_sizes > 0, cross)
        if places:
            sizes, turns = shifted(sizes, places), shifted(turns, places)
        if chosen:
            weights = self._chosen(amounts)
            sizes, whole = sizes * weights, whole & (weights == 1)
        if amounts.gate:
            weights = gate_weights(sizes, amounts.gate)
            sizes, whole = sizes * weights, whole & (weights == 1)
        if amounts.tilt:
            sizes = tilted(sizes, amounts.tilt, self._octave)
        if spread:
            gains, sizes = self._shape.leveled(gains, sizes)
        if amounts.amplitude_crush:
            sizes = amplitude_crushed(sizes, amounts.amplitude_crush)
        if drift:
            turns = turns + self._drift.turns(held_hops, drift)
        if amounts.robot:
            turns = toward(turns, robot_turns(hop, self._index), amounts.robot)
        if amounts.whisper:
            turns = whispered(turns, amounts.whisper, hop, self._index)
        if amounts.phase_crush:
            turns = phase_crushed(turns, amounts.phase_crush)
        return gains, *self._closed(sizes, turns, whole, amplitudes, phases)

    def _chosen(self, amounts: BendAmounts) -> np.ndarray:
        """(base,) weights of comb, mute and solo together."""
        weights = comb_weights(self.base, amounts.comb)
        if amounts.mute_range:
            weights *= mute_weights(self.base, amounts.mute_range, amounts.mute_low, amounts.mute_high)
        if amounts.solo_range:
            weights *= solo_weights(self.base, amounts.solo_range, amounts.solo_low, amounts.solo_high)
        return weights

    def _closed(
        self,
        sizes: np.ndarray,
        turns: np.ndarray,
        whole: np.ndarray | bool,
        amplitudes: np.ndarray,
        phases: np.ndarray,
    ) -> tuple[np.ndarray, np.ndarray]:
        """Codes of all layers: those of the first, and of the others what still holds of `amplitudes` and `phases`."""
        base_codes, layers = self._shape.closed(sizes, turns), self.harmonics // self.base
        if layers == 1:
            return base_codes
        by_layer = [codes.reshape(-1, layers, self.base) for codes in (amplitudes, phases)]
        if whole is not False:
            same = (base_codes[0] == by_layer[0][:, 0]) & (base_codes[1] == by_layer[1][:, 0])
            if whole is not True:
                same &= whole
            by_layer = [codes * same.view(np.uint8)[:, np.newaxis] for codes in by_layer]
        else:
            by_layer = [np.zeros(codes.shape, np.uint8) for codes in by_layer]
        for codes, first in zip(by_layer, base_codes, strict=True):
            codes[:, 0] = first
        return by_layer[0].reshape(amplitudes.shape), by_layer[1].reshape(phases.shape)
