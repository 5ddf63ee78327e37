"""Learns a tier's entropy tables from its codes: weights of the predictions, then frequencies of what followed them.

Weights are least squares, reweighted by the inverse of what was predicted (a code scatters in proportion to its size,
and most codes are small). Frequencies of contexts that were seen seldom lean on those of their neighbors.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace

import numpy as np

from holostream.codec.dna import Dna
from holostream.format.code_contexts import (
    BINS,
    GAIN_CLASSES,
    GAIN_ROWS,
    GAIN_SYMBOLS,
    GROUPS,
    ONE,
    SYMBOLS,
    TAPS,
    Pass,
    filled_grid,
    gain_classes,
    gain_context,
    gain_symbols,
    plan_of,
    rounds_of,
    table_rows,
)
from holostream.format.entropy_tables import TOTAL, EntropyTables
from holostream.format.nested_layers import digit_places, nested
from holostream.format.whole_words import table_shape, told_words, word_count, words_of

STRETCH = 360
"""Frames of a block: contexts are learned as they will be met."""
REWEIGHTINGS = 2
WEIGHT_FRAMES = 60_000
"""Frames that weights are learned from; frequencies take all."""
WORD_LEANING = 30
"""Words taken as seen in each context of two words, of what each of the two alone lets expect."""
SILENT_ZEROS = 1000
"""Zeros taken as seen in silent frames: no encoder finds anything else there."""


def classes_of(base: int) -> np.ndarray:
    """Harmonics that share weights: each its own up to 16 in a layer, thirds of octaves beyond."""
    harmonics = np.arange(base)
    return (harmonics if base <= 16 else np.floor(3 * np.log2(1 + harmonics / 2))).astype(np.uint8)


def learn_tables(sounds: list[Dna], layers: int, tells: bool = False, split: int = 1) -> EntropyTables:
    """Tables from the codes of some sounds, all of one tier, in so many `layers`. `tells`: the last
    pair of the first layer tells of noise. `split`: see `nested_layers`.

    Raises ValueError if there is no frame to learn from.
    """
    stretches = [
        sound.part(start, min(sound.frames, start + STRETCH))
        for sound in sounds
        for start in range(0, sound.frames, STRETCH)
    ]
    if not stretches:
        raise ValueError("there is no sound to learn entropy tables from; give some seconds at least")
    harmonics = stretches[0].harmonics
    tables = EntropyTables(
        harmonics,
        layers,
        classes_of(harmonics // layers),
        _learned_weights(stretches, layers, tells, split),
        np.zeros((table_rows(layers), SYMBOLS), np.uint16),
        _learned_gains(stretches),
        _learned_words(stretches, harmonics // layers - 1) if tells else None,
        split=split if layers > 1 else 1,
    )
    counts = np.zeros(tables.amplitudes.size, np.int64)
    for stretch in stretches:
        grid = filled_grid(tables.seen(stretch.amplitudes)[0], layers)
        for each, gain_class in _all_passes(stretch, layers, tells):
            rows = tables.rows(each, grid.take(each.places), gain_class)
            coded = ~digit_places(grid, each, split)
            counts += np.bincount((rows * SYMBOLS + grid.take(each.own))[coded], minlength=len(counts))
    shape = (layers * GROUPS * 2, BINS, GAIN_CLASSES, SYMBOLS)
    frequencies = _smoothed(counts.reshape(shape)).reshape(tables.amplitudes.shape)
    return replace(tables, amplitudes=frequencies)


def _all_passes(stretch: Dna, layers: int, tells: bool) -> Iterator[tuple[Pass, np.ndarray]]:
    """With the gain class of each frame and lane."""
    for round_, passes in plan_of(stretch.lanes, stretch.frames, layers, stretch.harmonics // layers, tells):
        gain_class = gain_classes(round_, stretch.gains)
        yield from ((each, gain_class) for each in passes)


def _learned_weights(stretches: list[Dna], layers: int, tells: bool, split: int) -> np.ndarray:
    base = stretches[0].harmonics // layers
    classes = classes_of(base)
    count = int(classes.max()) + 1
    step = max(1, sum(stretch.frames * stretch.lanes for stretch in stretches) // WEIGHT_FRAMES)
    size = len(TAPS) + 1
    weights: np.ndarray = np.zeros((GROUPS, 2, layers, count, size))
    for turn in range(1 + REWEIGHTINGS):
        squares = np.zeros((GROUPS, 2, layers, count, size, size))
        products = np.zeros((GROUPS, 2, layers, count, size))
        for stretch in stretches[::step]:
            amplitudes = stretch.amplitudes.copy()
            amplitudes[..., base - 1] *= not tells
            grid = filled_grid(nested(amplitudes, layers, split)[0], layers)
            for each, _ in _all_passes(stretch, layers, tells):
                key = each.key
                used, own = [*each.taps, size - 1], classes[key[1] :: 2][: each.columns.shape[1]]
                known = grid.take(each.places)
                known = known.reshape(-1, *known.shape[2:]).transpose(2, 0, 1).astype(np.float64)
                known = np.concatenate((known, np.ones((*known.shape[:2], 1))), axis=2)
                code = grid.take(each.own).reshape(known.shape[1], -1).T.astype(np.float64)
                scale = (~digit_places(grid, each, split)).reshape(known.shape[1], -1).T.astype(np.float64)
                if turn:
                    predicted = np.matmul(known, weights[key][own][:, used, np.newaxis])[..., 0]
                    scale /= 0.25 + np.maximum(0.0, predicted)
                weighted = known * scale[..., np.newaxis]
                place = np.ix_(range(len(own)), used, used)
                square = np.zeros((len(own), size, size))
                square[place] = np.matmul(weighted.transpose(0, 2, 1), known)
                np.add.at(squares[key], own, square)
                product = np.zeros((len(own), size))
                product[:, used] = np.matmul(weighted.transpose(0, 2, 1), code[..., np.newaxis])[..., 0]
                np.add.at(products[key], own, product)
        weights = np.linalg.solve(squares + np.eye(size), products[..., np.newaxis])[..., 0]
    return np.clip(np.round(weights * ONE), -32767, 32767).astype(np.int16)


def _smoothed(counts: np.ndarray) -> np.ndarray:
    """(passes, bins, gain classes, symbols) counts -> frequencies."""
    counts = counts.astype(np.float64)
    counts[:, :, GAIN_CLASSES - 1, 0] += SILENT_ZEROS
    seen = counts[:, :, : GAIN_CLASSES - 1]
    of_pass = seen.sum((1, 2)) + 0.05
    of_pass /= of_pass.sum(-1, keepdims=True)
    of_bin = seen.sum(2) + 2 * of_pass[:, np.newaxis]
    of_bin /= of_bin.sum(-1, keepdims=True)
    return frequencies_of(counts + 4 * of_bin[:, :, np.newaxis])


def _learned_gains(stretches: list[Dna]) -> np.ndarray:
    counts = np.zeros((GAIN_ROWS, GAIN_SYMBOLS))
    for stretch in stretches:
        for round_ in rounds_of(stretch.frames)[1:]:
            expected, rows = gain_context(round_, stretch.gains)
            np.add.at(counts, (rows, gain_symbols(expected, stretch.gains[:, round_.frames])), 1)
    everywhere = counts.sum(0) + 0.05
    return frequencies_of(counts + 2 * everywhere / everywhere.sum())


def _learned_words(stretches: list[Dna], telling: int) -> np.ndarray:
    """Where two words were seldom seen around another, what each of them alone lets expect is multiplied."""
    count = max(word_count(stretch.amplitudes[..., telling]) for stretch in stretches)
    counts = np.zeros(table_shape(count))
    for stretch in stretches:
        words = words_of(stretch.amplitudes[..., telling], stretch.phases[..., telling], count)
        for rows, own in told_words(words, count):
            np.add.at(counts, (rows, own), 1)
    seen = counts.reshape(GROUPS - 1, count + 1, count + 1, count + 1)
    before, after, alone = (seen.sum(axis, keepdims=True) + 0.05 for axis in (2, 1, (1, 2)))
    before, after, alone = (part / part.sum(-1, keepdims=True) for part in (before, after, alone))
    expected = before * after / alone
    expected /= expected.sum(-1, keepdims=True)
    return frequencies_of((seen + WORD_LEANING * expected).reshape(counts.shape))


def frequencies_of(weights: np.ndarray) -> np.ndarray:
    """(..., symbols) positive weights -> uint16 frequencies, none zero, that add up to TOTAL."""
    symbols = weights.shape[-1]
    shares = weights / weights.sum(-1, keepdims=True) * (TOTAL - symbols)
    frequencies = 1 + np.floor(shares).astype(np.int64)
    largest = np.expand_dims(frequencies.argmax(-1), -1)
    rest = TOTAL - frequencies.sum(-1, keepdims=True)
    np.put_along_axis(frequencies, largest, np.take_along_axis(frequencies, largest, -1) + rest, -1)
    return frequencies.astype(np.uint16)
