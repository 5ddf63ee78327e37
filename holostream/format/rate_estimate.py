"""What codes cost in bits, without coding them: by given entropy tables, or by tables learned from these very codes.

The contexts are those of the coder (`code_contexts`). With tables learned on the spot, each half of the frames is
costed by tables learned from the other: an honest figure needs tables that have not seen what they code.
"""

from __future__ import annotations

import numpy as np

from holostream.codec.dna import Dna
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
from holostream.format.entropy_coding import ESCAPES
from holostream.format.entropy_tables import TOTAL, EntropyTables
from holostream.format.nested_layers import digit_places
from holostream.format.table_learning import STRETCH, learn_tables
from holostream.format.told_words import says_by_phase, told_phases
from holostream.format.whole_words import told_words, words_of

PARTS = ("gains", "amplitudes", "phases", "words")


def ideal_bits(dna: Dna, tables: EntropyTables) -> dict[str, float]:
    """What a perfect coder with these tables would need for the whole stretch, by part."""
    gains = 8.0 * dna.lanes * min(1, dna.frames)
    for round_ in rounds_of(dna.frames)[1:]:
        expected, rows = gain_context(round_, dna.gains)
        symbols = gain_symbols(expected, dna.gains[:, round_.frames])
        gains += _bits(tables.gains[rows, symbols]) + 8.0 * (symbols == GAIN_SYMBOLS - 1).sum()
    seen, digits = tables.seen(dna.amplitudes)
    grid = filled_grid(seen, tables.layers)
    counts, wide = tables.phase_sizes(dna, digits)
    amplitudes = np.log2(ESCAPES) * (~digits & (seen >= ESCAPE)).sum()
    amplitudes += np.log2(256 if wide else tables.split) * digits.sum()
    for round_, passes in plan_of(dna.lanes, dna.frames, tables.layers, tables.base, tables.words is not None):
        gain_class = gain_classes(round_, dna.gains)
        for each in passes:
            rows, coded = tables.rows(each, grid.take(each.places), gain_class), ~digit_places(grid, each, tables.split)
            amplitudes += _bits(tables.amplitudes[rows[coded], grid.take(each.own)[coded]])
    phases, words = _phase_and_word_bits(dna, counts, wide, tables)
    return {"gains": float(gains), "amplitudes": float(amplitudes), "phases": phases, "words": words}


def _phase_and_word_bits(dna: Dna, counts: np.ndarray, wide: bool, tables: EntropyTables) -> tuple[float, float]:
    bits = np.full(counts.shape, 8.0) if wide else np.log2(counts)
    amplitudes, phases = dna.amplitudes[..., tables.telling], dna.phases[..., tables.telling]
    told, own_bits = 0.0, bits[..., tables.telling]
    if tables.words is not None:
        words = words_of(amplitudes, phases, tables.word_count)
        others = words == tables.word_count
        told = len(words) * np.log2(tables.word_count + 1) + float((8 + own_bits[others]).sum())
        told += sum(_bits(tables.words[rows, own]) for rows, own in told_words(words, tables.word_count))
        own_bits[:] = 0
    elif tables.told_phases is not None and not wide:
        told = sum(_bits(tables.told_phases[rows, own]) for rows, own in told_phases(amplitudes, phases))
        own_bits[says_by_phase(amplitudes)] = 0
    return float(bits.sum()), float(told)


def _bits(frequencies: np.ndarray) -> float:
    return float((np.log2(TOTAL) - np.log2(frequencies)).sum())


def bits_by_part(dna: Dna, layers: int = 1, tells: bool = False, split: int = 1) -> dict[str, float]:
    """Mean bits a frame and lane of gains, amplitudes and phases, by tables learned from the other half of the frames.

    `layers`, `tells` and `split` as for `learn_tables`. Raises ValueError for fewer than two frames.
    """
    halves = dna.part(0, dna.frames // 2), dna.part(dna.frames // 2, dna.frames)
    total = dict.fromkeys(PARTS, 0.0)
    for learn, code in (halves, halves[::-1]):
        tables = learn_tables([learn], layers, tells, split)
        for start in range(0, code.frames, STRETCH):
            for part, bits in ideal_bits(code.part(start, min(code.frames, start + STRETCH)), tables).items():
                total[part] += bits
    return {part: bits / (dna.lanes * dna.frames) for part, bits in total.items()}


def estimated_kbps(
    dna: Dna, frames_per_second: float, layers: int = 1, tells: bool = False, split: int = 1
) -> float:
    """Kilobits a second and lane; `layers`, `tells` and `split` as for `learn_tables`."""
    return sum(bits_by_part(dna, layers, tells, split).values()) * frames_per_second / 1000
