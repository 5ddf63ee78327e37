"""A tier's entropy tables: what was learned about its codes, stored beside its graphs as `entropy/<digest>.tables`.

All numbers little-endian.

     4  magic "HOLT"
     1  version: 1; 2 with words told by phases; 3 with whole words; 4 of layers that lie within each other
     1  layers of the tier's codes: 1, 2, 4, 8
     2  harmonics
     1  classes of harmonics, 1 to 64
     1  in version 3 W, how many words there are: 6, 15, 29 or 48; in version 4 the same or zero; else zero
     1  in version 4 into how many parts a layer divides what the one below says, see `nested_layers`: 3, 5, 7, 9; else zero
     1  zero
     4  n, bytes of the body (at most 2^20)
     n  body: a zlib stream of
          harmonics / layers      class of each harmonic of a layer, u8
          4 x 2 x layers x classes x 25
                                  i16, by group, parity, layer and class: weights of `code_contexts.TAPS`, then the
                                  constant, in 1/1024
          layers x 4 x 2 x 40 x 4 x 17
                                  u16, by layer, group, parity, bin of the prediction and gain class: frequencies of
                                  the amplitude codes 0 to 15 and of the escape
          27 x 32                 u16, frequencies of gain differences -15 to 15 and of the escape
          2 x 16 x 16 x 9         version 2: u16, by amplitude code (1, 2) of the harmonic that tells of noise, word before and
                                  word after, see `told_words`: frequencies of its phase codes
          3 x (W + 1) x (W + 1) x (W + 1)
                                  if there are words: u16, by group, word before and word after, see `whole_words`: frequencies of words
        frequencies of a table add up to 32768 and none is zero
     4  CRC-32 of all bytes before

A set is named by the first 16 hex digits of the SHA-256 of these bytes. `.holo` files name the sets they need, so sets
are never changed or deleted: retraining adds another one, and `tier.json` says which is current.
"""

from __future__ import annotations

import hashlib
import struct
import zlib
from dataclasses import dataclass
from functools import cached_property

import numpy as np

from holostream.codec.dna import Dna
from holostream.codec.polar_code import PHASES
from holostream.codec.tier import TIERS
from holostream.format.code_contexts import (
    GAIN_CLASSES,
    GAIN_ROWS,
    GAIN_SYMBOLS,
    GROUPS,
    SYMBOLS,
    TAPS,
    THRESHOLDS,
    Pass,
    table_rows,
)
from holostream.format.nested_layers import nested
from holostream.format.told_words import WORD_ROWS, WORD_SYMBOLS
from holostream.format.whole_words import WORD_COUNTS, table_shape

MAGIC, VERSION, VERSION_WITH_PHASES, VERSION_WITH_WORDS, VERSION_OF_NESTED = b"HOLT", 1, 2, 3, 4
SPLITS = (3, 5, 7, 9)
TOTAL = 1 << 15
"""What the frequencies of a table add up to."""
DIGEST_DIGITS = 16
MAX_CLASSES, MAX_BODY = 64, 1 << 20
_HEADER = struct.Struct("<4sBBHBBBxI")
CODER_BITS = 24
"""The range coder's precision."""


@dataclass(frozen=True)
class EntropyTables:
    """`classes` (base,) uint8; `weights` (groups, 2, layers, classes, taps + 1) int16; `amplitudes`, `gains` and, of tiers with a
    pair that tells of noise, `words` or formerly `told_phases`, (tables, symbols) uint16 frequencies."""

    harmonics: int
    layers: int
    classes: np.ndarray
    weights: np.ndarray
    amplitudes: np.ndarray
    gains: np.ndarray
    words: np.ndarray | None = None
    told_phases: np.ndarray | None = None
    split: int = 1
    """See `nested_layers`."""

    @property
    def base(self) -> int:
        """Harmonics of a layer."""
        return self.harmonics // self.layers

    @property
    def telling(self) -> int:
        """The harmonic that tells of noise, if one does."""
        return self.base - 1

    @property
    def word_count(self) -> int:
        """How many words there are; 0 without whole words."""
        return 0 if self.words is None else self.words.shape[1] - 1

    def seen(self, amplitudes: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
        """(lanes, frames, harmonics) amplitude codes -> as their contexts see them: where words are coded apart, 0 in their place;
        bool: which are digits of what a layer below said."""
        if self.words is not None:
            amplitudes = amplitudes.copy()
            amplitudes[..., self.telling] = 0
        return nested(amplitudes, self.layers, self.split)

    def phase_sizes(self, dna: Dna, digits: np.ndarray) -> tuple[np.ndarray, bool]:
        """How many phases each code has, given which are digits, and whether codes are wide: beyond these, or beyond the base."""
        counts = np.where(digits, self.split, PHASES[dna.amplitudes])
        return counts, bool((dna.phases >= counts).any() or (dna.amplitudes[digits] >= self.split).any())

    @cached_property
    def packed(self) -> bytes:
        """The set as bytes."""
        body = zlib.compress(
            self.classes.tobytes()
            + self.weights.astype("<i2").tobytes()
            + self.amplitudes.astype("<u2").tobytes()
            + self.gains.astype("<u2").tobytes()
            + b"".join(each.astype("<u2").tobytes() for each in (self.told_phases, self.words) if each is not None),
            9,
        )
        classes, split = int(self.weights.shape[3]), self.split if self.split > 1 else 0
        head = _HEADER.pack(MAGIC, self._version, self.layers, self.harmonics, classes, self.word_count, split, len(body))
        return head + body + struct.pack("<I", zlib.crc32(head + body))

    @property
    def _version(self) -> int:
        if self.split > 1:
            return VERSION_OF_NESTED
        if self.words is not None:
            return VERSION_WITH_WORDS
        return VERSION if self.told_phases is None else VERSION_WITH_PHASES

    @cached_property
    def digest(self) -> str:
        """The set's name."""
        return hashlib.sha256(self.packed).hexdigest()[:DIGEST_DIGITS]

    @cached_property
    def amplitude_models(self) -> np.ndarray:
        """(tables, symbols) float32 for `constriction`, see `coder_models`."""
        return coder_models(self.amplitudes)

    @cached_property
    def gain_models(self) -> np.ndarray:
        """(tables, symbols) float32 for `constriction`, see `coder_models`."""
        return coder_models(self.gains)

    @cached_property
    def word_models(self) -> np.ndarray:
        """(tables, symbols) float32 for `constriction`, see `coder_models`; only with words."""
        assert self.words is not None
        return coder_models(self.words)

    @cached_property
    def told_phase_models(self) -> np.ndarray:
        """(tables, symbols) float32 for `constriction`, see `coder_models`; only with phases that tell."""
        assert self.told_phases is not None
        return coder_models(self.told_phases)

    @cached_property
    def _by_pass(self) -> dict[tuple[int, int, int], tuple[np.ndarray, np.ndarray]]:
        return {}

    def pass_weights(self, each: Pass) -> tuple[np.ndarray, np.ndarray]:
        """(taps, codes) weights and (codes,) constants of a pass, int32."""
        if each.key not in self._by_pass:
            classes = self.classes[each.key[1] :: 2][: each.columns.shape[1]]
            own = self.weights[each.key][classes].astype(np.int32)
            self._by_pass[each.key] = np.ascontiguousarray(own[:, each.taps].T), own[:, -1]
        return self._by_pass[each.key]

    def rows(self, each: Pass, known: np.ndarray, gain_class: np.ndarray) -> np.ndarray:
        """(..., codes) rows of the amplitude tables; `known` (..., taps, codes), `gain_class` (..., 1)."""
        weights, constant = self.pass_weights(each)
        predicted = np.einsum("...tk,tk->...k", known, weights) + constant
        return THRESHOLDS.searchsorted(predicted, "right") * GAIN_CLASSES + (gain_class + each.table)


def coder_models(frequencies: np.ndarray) -> np.ndarray:
    """Frequencies for `constriction`'s Categorical, so that it works with just these.

    It takes floats p and gives symbol i the fixed-point interval from floor(c * s) + i on, where c is the sum of the p
    before and s = (2^24 - symbols) / sum(p). With p = frequency * 2^9 - 1 all sums are whole numbers below 2^24, exact
    in float32, s is exactly 1, and the interval is the sum of the frequencies before, times 2^9.
    """
    return (frequencies.astype(np.int64) * (1 << CODER_BITS) // TOTAL - 1).astype(np.float32)


def unpack_tables(data: bytes) -> EntropyTables:
    """The inverse of `EntropyTables.packed`. Raises ValueError saying what is wrong; allocates no unchecked size."""
    if len(data) < _HEADER.size + 4 or data[:4] != MAGIC:
        raise ValueError("they do not begin with 'HOLT'")
    _, version, layers, harmonics, classes, words, split, size = _HEADER.unpack_from(data)
    if not VERSION <= version <= VERSION_OF_NESTED:
        raise ValueError(f"they are of version {version}, this program knows {VERSION} to {VERSION_OF_NESTED}")
    if len(data) != _HEADER.size + size + 4 or size > MAX_BODY:
        raise ValueError(f"{len(data)} bytes do not fit to a body of {size}")
    if struct.unpack("<I", data[-4:])[0] != zlib.crc32(data[:-4]):
        raise ValueError("their checksum does not fit")
    if harmonics not in TIERS or layers not in (1, 2, 4, 8) or harmonics < 2 * layers:
        raise ValueError(f"{harmonics} harmonics in {layers} layers")
    if not 1 <= classes <= MAX_CLASSES:
        raise ValueError(f"{classes} classes of harmonics")
    needs_words, may_have_words = version == VERSION_WITH_WORDS, version >= VERSION_WITH_WORDS
    if (words or needs_words) and not (may_have_words and words in WORD_COUNTS):
        raise ValueError(f"they announce {words} words")
    if (split not in SPLITS or layers == 1) if version == VERSION_OF_NESTED else split:
        raise ValueError(f"they divide {layers} layers into {split} parts")
    shapes = [
        ("u1", (harmonics // layers,)),
        ("<i2", (GROUPS, 2, layers, classes, len(TAPS) + 1)),
        ("<u2", (table_rows(layers), SYMBOLS)),
        ("<u2", (GAIN_ROWS, GAIN_SYMBOLS)),
    ]
    if version == VERSION_WITH_PHASES:
        shapes.append(("<u2", (WORD_ROWS, WORD_SYMBOLS)))
    if words:
        shapes.append(("<u2", table_shape(words)))
    sizes = [int(np.prod(shape)) * np.dtype(kind).itemsize for kind, shape in shapes]
    try:
        body = zlib.decompressobj().decompress(data[_HEADER.size : -4], sum(sizes) + 1)
    except zlib.error as error:
        raise ValueError("they cannot be unpacked") from error
    if len(body) != sum(sizes):
        raise ValueError("they hold another number of values than announced")
    parts, at = [], 0
    for (kind, shape), length in zip(shapes, sizes, strict=True):
        parts.append(np.frombuffer(body[at : at + length], kind).reshape(shape).astype(kind.replace("<", "=")))
        at += length
    class_of, weights, *frequencies = parts
    if class_of.max() >= classes:
        raise ValueError("a harmonic has a class that is not there")
    if any((table.sum(1, np.int64) != TOTAL).any() or not table.all() for table in frequencies):
        raise ValueError(f"the frequencies of a table do not add up to {TOTAL}")
    amplitudes, gains, *told = frequencies
    phases = told.pop() if version == VERSION_WITH_PHASES else None
    of_words = told.pop() if words else None
    tables = EntropyTables(harmonics, layers, class_of, weights, amplitudes, gains, of_words, phases, split or 1)
    tables.__dict__["packed"] = data  # its name is that of these bytes: another zlib might pack them differently
    return tables
