"""What codes cost in bits, without coding them: by given entropy tables, or by tables learned from these very codes.

The contexts are those of the coder (`code_contexts`). With tables learned on the spot, each half of the frames is
costed by tables learned from the other: an honest figure needs tables that have not seen what they code.
"""

from __future__ import annotations

import numpy as np

from holostream.codec.dna import Dna
from holostream.codec.tier import TierFacts
from holostream.format.code_contexts import (
    ESCAPE,
    GAIN_SYMBOLS,
    filled_grid,
    gain_classes,
    gain_context,
    gain_symbols,
    plan_of,
    rounds_of,
)
from holostream.format.entropy_coding import ESCAPES, PHASES
from holostream.format.entropy_tables import TOTAL, EntropyTables, layers_of
from holostream.format.table_learning import STRETCH, learn_tables

PARTS = ("gains", "amplitudes", "phases")


def ideal_bits(dna: Dna, tables: EntropyTables) -> dict[str, float]:
    """What a perfect coder with these tables would need for the whole stretch, by part."""
    gains = 8.0 * dna.lanes * min(1, dna.frames)
    for round_ in rounds_of(dna.frames)[1:]:
        expected, rows = gain_context(round_, dna.gains)
        symbols = gain_symbols(expected, dna.gains[:, round_.frames])
        gains += _bits(tables.gains[rows, symbols]) + 8.0 * (symbols == GAIN_SYMBOLS - 1).sum()
    grid = filled_grid(dna.amplitudes, tables.layers)
    amplitudes = np.log2(ESCAPES) * (dna.amplitudes >= ESCAPE).sum()
    for round_, passes in plan_of(dna.lanes, dna.frames, tables.layers, tables.base):
        gain_class = gain_classes(round_, dna.gains)
        for each in passes:
            rows = tables.rows(each, grid.take(each.places), gain_class)
            amplitudes += _bits(tables.amplitudes[rows, grid.take(each.own)])
    counts = PHASES[dna.amplitudes]
    phases = 8.0 * counts.size if (dna.phases >= counts).any() else float(np.log2(counts).sum())
    return {"gains": float(gains), "amplitudes": float(amplitudes), "phases": phases}


def _bits(frequencies: np.ndarray) -> float:
    return float((np.log2(TOTAL) - np.log2(frequencies)).sum())


def bits_by_part(dna: Dna, layers: int = 0) -> dict[str, float]:
    """Mean bits a frame and lane of gains, amplitudes and phases, by tables learned from the other half of the frames.

    `layers` as for `learn_tables`. Raises ValueError for fewer than two frames.
    """
    halves = dna.part(0, dna.frames // 2), dna.part(dna.frames // 2, dna.frames)
    total = dict.fromkeys(PARTS, 0.0)
    for learn, code in (halves, halves[::-1]):
        tables = learn_tables([learn], layers)
        for start in range(0, code.frames, STRETCH):
            for part, bits in ideal_bits(code.part(start, min(code.frames, start + STRETCH)), tables).items():
                total[part] += bits
    return {part: bits / (dna.lanes * dna.frames) for part, bits in total.items()}


def estimated_kbps(dna: Dna, facts: TierFacts | None = None, frames_per_second: float = 375.0) -> float:
    """Kilobits a second and lane."""
    rate = facts.frames_per_second if facts is not None else frames_per_second
    return sum(bits_by_part(dna, layers_of(facts) if facts is not None else 0).values()) * rate / 1000
