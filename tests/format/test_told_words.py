"""Words told by one pair: named by its codes, and found again from those around."""

from __future__ import annotations

import numpy as np

from holostream.format.code_contexts import rounds_of
from holostream.format.told_words import OTHER, WORD_ROWS, says_by_phase, told_phases, word_rows, words_of


def test_every_word_has_a_number() -> None:
    amplitudes = np.array([0, *[1] * 5, *[2] * 9, 3, 255])
    phases = np.array([0, *range(5), *range(9), 4, 200])
    assert words_of(amplitudes, phases).tolist() == [*range(15), OTHER, OTHER]
    assert says_by_phase(amplitudes).tolist() == [False, *[True] * 14, False, False]


def test_a_phase_that_there_is_not_stays_within_the_tables() -> None:
    assert words_of(np.array([1, 2]), np.array([255, 255])).max() <= OTHER


def test_rows_say_what_was_told_around() -> None:
    words, amplitudes = np.array([[3, 0, 7]]), np.array([[1, 0, 2]])
    first, halfway, last = rounds_of(3)
    assert word_rows(first, words, amplitudes).tolist() == [[OTHER * 16 + OTHER]]
    assert word_rows(halfway, words, amplitudes).tolist() == [[256 + 3 * 16 + 3]]  # frame 2: nothing after it
    assert last.frames.tolist() == [1]


def test_each_phase_comes_once_in_a_row_that_there_is() -> None:
    random = np.random.default_rng(4)
    amplitudes, phases = random.integers(0, 4, (2, 50)), random.integers(0, 5, (2, 50))
    found = list(told_phases(amplitudes, phases))
    assert sum(len(own) for _, own in found) == says_by_phase(amplitudes).sum()
    assert all(0 <= rows.min() <= rows.max() < WORD_ROWS for rows, _ in found if rows.size)
