"""Words coded whole: numbered by their codes and back, by tables that there are."""

from __future__ import annotations

import numpy as np
import pytest

from holostream.codec.polar_code import PHASES
from holostream.format.code_contexts import rounds_of
from holostream.format.whole_words import (
    WORD_COUNTS,
    codes_of,
    table_shape,
    told_words,
    word_count,
    word_rows,
    words_of,
)
from holostream.network.noise import word_codes


@pytest.mark.parametrize(("largest", "count"), [(2, WORD_COUNTS[1]), (3, WORD_COUNTS[2]), (4, WORD_COUNTS[3])])
def test_words_are_those_of_the_tiers(largest: int, count: int) -> None:
    amplitudes, phases, _ = word_codes(largest).astype(int).T
    assert word_count(amplitudes) == len(amplitudes) == count
    words = words_of(amplitudes, phases, count)
    assert words.tolist() == list(range(count))
    assert all(np.array_equal(found, codes) for found, codes in zip(codes_of(words), (amplitudes, phases), strict=True))


def test_what_is_no_word_is_the_one_beyond() -> None:
    amplitudes, phases = np.array([0, 1, 2, 3, 5, 255, 1]), np.array([1, 5, 9, 0, 0, 63, 255])
    assert words_of(amplitudes, phases, 15).tolist() == [15] * 7
    assert words_of(np.array([3, 4]), np.array([0, 18]), 48).tolist() == [15, 47]


def test_a_pair_of_any_amplitudes_has_no_more_words_than_tables_hold() -> None:
    assert word_count(np.array([0])) == word_count(np.zeros(0, np.uint8)) == 6
    assert word_count(np.array([3, 200])) == WORD_COUNTS[-1]


def test_rows_say_what_was_told_around() -> None:
    words = np.array([[3, 0, 7]])
    _, halfway, last = rounds_of(3)
    assert word_rows(halfway, words, 15).tolist() == [[1 * 256 + 3 * 16 + 3]]  # frame 2: nothing after it
    assert word_rows(last, words, 15).tolist() == [[2 * 256 + 3 * 16 + 7]]


def test_each_word_but_the_first_comes_once_in_a_row_that_there_is() -> None:
    random = np.random.default_rng(4)
    amplitudes = random.integers(0, 6, (2, 50))
    words = words_of(amplitudes, random.integers(0, 64, (2, 50)) % PHASES[amplitudes], 29)
    found = list(told_words(words, 29))
    assert sorted(np.concatenate([own.ravel() for _, own in found])) == sorted(words[:, 1:].ravel())
    tables, symbols = table_shape(29)
    assert symbols == 30
    assert all(0 <= rows.min() <= rows.max() < tables for rows, _ in found)
