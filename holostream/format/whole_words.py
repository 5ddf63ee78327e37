"""What the pair that tells of noise says (`network.noise`), coded as a whole: a word, by the words in the frames around.

That pair is the last harmonic of the first layer. Words are numbered by amplitude, then phase: 0 is amplitude 0, then come as
many as each further amplitude has phases, up to the largest that tells: 6, 15, 29 or 48 words with amplitudes up to 1, 2, 3, 4. Any
other code of that pair is the word beyond, OTHER, and said in full. Its amplitude is 0 to those around it.
"""

from __future__ import annotations

from collections.abc import Iterator

import numpy as np

from holostream.codec.polar_code import PHASES
from holostream.format.code_contexts import GROUPS, Round, rounds_of

LARGEST_TELLING = 4
_FIRST = np.cumsum([0, *PHASES[: LARGEST_TELLING + 1]])
WORD_COUNTS = tuple(int(count) for count in _FIRST[2:])
"""How many words there can be."""


def word_count(amplitudes: np.ndarray) -> int:
    """Of the amplitudes that a tier's telling pair has, how many words there are."""
    largest = int(amplitudes.max(initial=1))
    return int(_FIRST[min(max(largest, 1), LARGEST_TELLING) + 1])


def words_of(amplitudes: np.ndarray, phases: np.ndarray, count: int) -> np.ndarray:
    """(...) amplitude and phase codes of the telling harmonic -> words, 0 to `count`, which is OTHER; int64."""
    told = np.minimum(amplitudes, LARGEST_TELLING).astype(np.int64)
    words = _FIRST[told] + phases
    return np.where((amplitudes > LARGEST_TELLING) | (phases >= PHASES[amplitudes]) | (words >= count), count, words)


def codes_of(words: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
    """The inverse of `words_of` for all but OTHER: amplitudes and phases, uint8."""
    amplitudes = _FIRST.searchsorted(words, "right") - 1
    return amplitudes.astype(np.uint8), (words - _FIRST[amplitudes]).astype(np.uint8)


def table_shape(count: int) -> tuple[int, int]:
    """(tables, symbols): one for each group of rounds but the first, word before and word after."""
    return (GROUPS - 1) * (count + 1) ** 2, count + 1


def word_rows(round_: Round, words: np.ndarray, count: int) -> np.ndarray:
    """(lanes, frames) words known so far -> (lanes, n) rows of the tables of a round after the first."""
    before, after = words[:, round_.before], words[:, round_.after]
    return ((round_.group - 1) * (count + 1) + before) * (count + 1) + after


def told_words(words: np.ndarray, count: int) -> Iterator[tuple[np.ndarray, np.ndarray]]:
    """(lanes, frames) words -> round by round, but for the first frame, rows of tables and the words they code, (lanes, n) each."""
    for round_ in rounds_of(words.shape[1])[1:]:
        yield word_rows(round_, words, count), words[:, round_.frames]
