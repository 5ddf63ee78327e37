"""What the pair that tells of noise says (`network.noise`), coded: mostly what it said in the frames around.

It is the last harmonic of the first layer. Its word is told by an amplitude code of 0, 1 or 2 and the phase of the latter two;
those phases are the only ones that something is known of, so they alone are coded by tables instead of evenly.
"""

from __future__ import annotations

from collections.abc import Iterator

import numpy as np

from holostream.format.code_contexts import Round, rounds_of

OTHER = 15
"""The word of a larger amplitude, which no encoder tells, and of frames that are not there."""
WORD_SYMBOLS = 9
"""Phases of amplitude 2; amplitude 1 has the first five."""
WORD_ROWS = 2 * (OTHER + 1) ** 2
_FIRST = np.array([0, 1, 6, OTHER])


def words_of(amplitudes: np.ndarray, phases: np.ndarray) -> np.ndarray:
    """(...) amplitude and phase codes of the telling harmonic -> words, 0 to OTHER, int64."""
    told = np.minimum(amplitudes, 3).astype(np.int64)
    return _FIRST[told] + np.where(says_by_phase(amplitudes), np.minimum(phases, WORD_SYMBOLS - 1), 0)


def says_by_phase(amplitudes: np.ndarray) -> np.ndarray:
    """(...) amplitude codes of the telling harmonic -> whether the phase is the word, bool."""
    return (amplitudes == 1) | (amplitudes == 2)


def word_rows(round_: Round, words: np.ndarray, amplitudes: np.ndarray) -> np.ndarray:
    """(lanes, frames) words known so far and amplitudes, all of them -> (lanes, n) rows of the tables of a round's words."""
    if round_.group:
        before, after = words[:, round_.before], words[:, round_.after]
    else:
        before = after = np.full((len(words), len(round_.frames)), OTHER)
    own = amplitudes[:, round_.frames].astype(np.int64)
    return ((own - 1) * (OTHER + 1) + before) * (OTHER + 1) + after


def told_phases(amplitudes: np.ndarray, phases: np.ndarray) -> Iterator[tuple[np.ndarray, np.ndarray]]:
    """(lanes, frames) codes of the telling harmonic -> round by round rows of tables and the phases that they code, (m,) each."""
    words, said = words_of(amplitudes, phases), says_by_phase(amplitudes)
    for round_ in rounds_of(amplitudes.shape[1]):
        own = said[:, round_.frames]
        yield word_rows(round_, words, amplitudes)[own], phases[:, round_.frames][own]
