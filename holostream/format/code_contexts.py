"""What is known of a code before it is coded: the one definition that tables, coder and rate estimate share.

Frames of a stretch are visited in rounds: frame 0; then those a power of two apart, halved from round to round; all that are
left. So most frames have neighbors in time on both sides, and all frames of the last two rounds are coded at once. In a
frame, layer by layer (tiers above hop / 2 refine the pairs below, see `network.quantizer`), even harmonics come first,
then odd ones. The amplitude codes already known around a code (`TAPS`) are summed with learned integer weights to a
prediction; the prediction's size, whether the gain rises, the round, layer and parity choose the table. This is
context quantization (Wu 1997) with a linear predictor; there is nothing but integers in it.

    frame     0   1   2   3   4   5   6   7   8 ...      taps of an odd harmonic k in round 3, one lane and layer
    round     0   3   2   3   1   3   2   3   1                 t-3   t-1    t    t+1   t+3
                                                          k+3                x
                                                          k+2          x           x
                                                          k+1    x     x     x     x     x
                                                          k      x     x    (?)    x     x
"""

from __future__ import annotations

from dataclasses import dataclass
from functools import lru_cache

import numpy as np

LARGEST = 15
"""Amplitude codes beyond are escapes to contexts and tables."""
ESCAPE = LARGEST + 1
SYMBOLS = LARGEST + 2
GROUPS = 4
"""Rounds, by distance to the neighbors in time: none, 4, 2, 1."""
CHUNK = 256
"""Frames of a round that are coded together at most."""
ONE = 1024
"""A prediction of amplitude code 1."""
# Fine where codes are small, then in equal ratios up to 13.
THRESHOLDS = np.array(
    [*(round(i * ONE / 14) for i in range(1, 15)),
     1135, 1257, 1393, 1544, 1710, 1895, 2100, 2327, 2578, 2857, 3165, 3507, 3886, 4306, 4772, 5287, 5858, 6491, 7193,
     7970, 8831, 9785, 10842, 12014, 13312],
    np.int32,
)  # fmt: skip
BINS = len(THRESHOLDS) + 1
GAIN_CLASSES = 4
"""The gain falls, stays, rises against the frames around; or the frame is silent."""
GAIN_REACH = 15
GAIN_SYMBOLS = 2 * GAIN_REACH + 2
GAIN_ROWS = 9 * (GROUPS - 1)

_PAST = [*((row, k) for row in (0, 1) for k in (0, -1, 1, -2, 2)), *((row, k) for row in (2, 3) for k in (0, -1, 1))]
_BELOW = [(5, 0), (5, -1), (5, 1), (6, 0)]
_BESIDE = [(4, -1), (4, 1), (4, -3), (4, 3)]
TAPS = (*_PAST, *_BELOW, *_BESIDE)
"""(row, harmonics away); rows 0 to 3 are the round's source frames, 4 the frame itself, 5 and 6 it in the layers below."""
_MARGIN = 3
REMEMBERED = 8
"""Lengths of stretches whose plans are kept, up to a few hundred kB each: one for every tier, and what a switch cuts off anew."""


@dataclass(frozen=True)
class Round:
    """Frames coded together, (n,) each; `sources` (n, 4), -1 where there is nothing."""

    group: int
    frames: np.ndarray
    sources: np.ndarray
    before: np.ndarray
    after: np.ndarray


@dataclass(frozen=True)
class Pass:
    """The codes of one round, layer and parity. `offsets` (n, lanes, taps) and `columns` (taps, codes) add up to the
    places in the grid of what is known; `own` (n, lanes, codes) are the places of the codes themselves, `below` those of the same
    harmonics in the layer below; `table` is the first row of its tables."""

    key: tuple[int, int, int]
    taps: list[int]
    offsets: np.ndarray
    columns: np.ndarray
    own: np.ndarray
    below: np.ndarray | None
    table: int

    @property
    def places(self) -> np.ndarray:
        """(n, lanes, taps, codes) places in the grid."""
        return self.offsets[..., np.newaxis] + self.columns


def table_rows(layers: int) -> int:
    """How many amplitude tables there are."""
    return layers * GROUPS * 2 * BINS * GAIN_CLASSES


@lru_cache(maxsize=REMEMBERED)
def rounds_of(frames: int) -> tuple[Round, ...]:
    """The rounds of a stretch, in the order of coding."""
    nothing = np.full((min(1, frames), 4), -1)
    rounds = [Round(0, np.arange(min(1, frames)), nothing, nothing[:, 0], nothing[:, 0])]
    for away in (1 << bit for bit in reversed(range((frames - 1).bit_length() if frames else 0))):
        group = max(1, GROUPS - away.bit_length())
        between = np.arange(away, frames, 2 * away)
        before = between - away
        after = np.where(between + away < frames, between + away, before)
        early = np.where(between >= 3 * away, between - 3 * away, before)
        later = np.where(between + 3 * away < frames, between + 3 * away, after)
        sources = np.stack((before, after, early, later), axis=1)
        rounds += [
            Round(group, between[part], sources[part], before[part], after[part]) for part in _chunks(len(between))
        ]
    return tuple(each for each in rounds if len(each.frames))


def _chunks(count: int) -> list[slice]:
    return [slice(start, start + CHUNK) for start in range(0, count, CHUNK)]


def empty_grid(lanes: int, frames: int, harmonics: int, layers: int) -> np.ndarray:
    """Room for clipped amplitude codes: a row a layer, lane and frame, zeros around, and a last row of zeros."""
    return np.zeros((layers * lanes * frames + 1, harmonics // layers + 2 * _MARGIN), np.int32)


def filled_grid(amplitudes: np.ndarray, layers: int) -> np.ndarray:
    """The grid of (lanes, frames, harmonics) amplitude codes."""
    lanes, frames, harmonics = amplitudes.shape
    grid = empty_grid(lanes, frames, harmonics, layers)
    by_layer = amplitudes.reshape(lanes, frames, layers, harmonics // layers).transpose(2, 0, 1, 3)
    grid[:-1, _MARGIN:-_MARGIN] = np.minimum(by_layer, ESCAPE).reshape(len(grid) - 1, -1)
    return grid


def grid_codes(grid: np.ndarray, lanes: int, frames: int, layers: int) -> np.ndarray:
    """The inverse of `filled_grid`."""
    by_layer = grid[:-1, _MARGIN:-_MARGIN].reshape(layers, lanes, frames, -1)
    return by_layer.transpose(1, 2, 0, 3).reshape(lanes, frames, -1)


@lru_cache(maxsize=REMEMBERED)
def plan_of(lanes: int, frames: int, layers: int, base: int, tells: bool = False) -> tuple[tuple[Round, tuple[Pass, ...]], ...]:
    """The rounds of a stretch with their passes, in the order of coding; `base`: harmonics of a layer. `tells`: without the last
    one of the first layer, which is coded apart, see `whole_words`."""
    return tuple((round_, _passes_of(round_, lanes, frames, layers, base, tells)) for round_ in rounds_of(frames))


def _passes_of(round_: Round, lanes: int, frames: int, layers: int, base: int, tells: bool) -> tuple[Pass, ...]:
    width, zero_row = base + 2 * _MARGIN, layers * lanes * frames
    passes = []
    for layer in range(layers):
        rows = np.full((len(round_.frames), lanes, 7), zero_row)
        here = (layer * lanes + np.arange(lanes)) * frames
        sources = round_.sources[:, np.newaxis, :]
        rows[:, :, :4] = np.where(sources < 0, zero_row, here[:, np.newaxis] + sources)
        for down in range(min(3, layer + 1)):
            rows[:, :, 4 + down] = round_.frames[:, np.newaxis] + here - down * lanes * frames
        for parity in (0, 1):
            taps = [*range(len(_PAST)), *(range(16, 20) if layer else ()), *(range(20, 24) if parity else ())]
            codes = np.arange(parity, base - (tells and layer == 0), 2)
            columns = np.array([TAPS[tap][1] for tap in taps])[:, np.newaxis] + codes
            offsets = rows[:, :, [TAPS[tap][0] for tap in taps]] * width + _MARGIN
            own = rows[:, :, 4, np.newaxis] * width + _MARGIN + codes
            table = ((layer * GROUPS + round_.group) * 2 + parity) * BINS * GAIN_CLASSES
            below = own - lanes * frames * width if layer else None
            passes.append(Pass((round_.group, parity, layer), taps, offsets, columns, own, below, table))
    return tuple(passes)


def gain_classes(round_: Round, gains: np.ndarray) -> np.ndarray:
    """(n, lanes, 1): 0 falls, 1 stays, 2 rises, 3 silent."""
    values = gains.astype(np.int32)
    now = values[:, round_.frames]
    change = 2 * now - values[:, round_.before] - values[:, round_.after] if round_.group else np.zeros_like(now)
    return np.where(now == 0, 3, 1 + (change > 1) - (change < -1)).T[..., np.newaxis]


def gain_context(round_: Round, gains: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
    """Of a round after the first: (lanes, n) expected gains and the rows of their tables."""
    before, after = gains[:, round_.before].astype(np.int32), gains[:, round_.after].astype(np.int32)
    slope = np.clip(after - before, -4, 4) + 4
    return (before + after) >> 1, 9 * (round_.group - 1) + slope


def gain_symbols(expected: np.ndarray, gains: np.ndarray) -> np.ndarray:
    """Differences as symbols, the last one for what is out of reach."""
    symbols = gains.astype(np.int32) - expected + GAIN_REACH
    return np.where((symbols < 0) | (symbols >= GAIN_SYMBOLS - 1), GAIN_SYMBOLS - 1, symbols)
