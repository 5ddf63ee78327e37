"""Codes of one stretch of DNA to bytes and back, with a range coder and a tier's entropy tables.

The range coder is the one of the library `constriction` (Pasco 1976, Martin 1979): 32-bit words, 64-bit state, models
of 24 bits. Its words are stored high byte first; zero bytes at the end are left off. In this order they hold

    1. whether codes are wide: a phase code is not below its count, or a digit not below the base (never from an encoder); 1 in 32768
    2. gains: of the first frame uniform over 256, lane by lane; then round by round their differences (`code_contexts`),
       lane by lane, and after each round the gains out of reach, uniform over 256
    3. amplitudes clipped to the escape: round by round; in a round by layer, parity, frame, lane, harmonic; a
       sequential round frame by frame. Then what escaped, minus 16, uniform over 240, in the order lane, frame, harmonic.
       Digits of `nested_layers` are left out and follow in that order, uniform over the base; if wide over 256
    4. phases in the order lane, frame, harmonic: uniform over P(n) = (471 n + 50) // 100, at least 1 and at most 64,
       of the amplitude n, or over the base where that is a digit; nothing where that is 1. If wide, all are uniform over 256.
    5. of tables of version 2, unless wide, the phases that tell a word (`told_words`), which 4 leaves out: round by round,
       lane by lane, frame by frame
    6. of tables of version 3 the words (`whole_words`), whose harmonic 3 and 4 leave out: round by round, lane by lane, frame by
       frame, of the first frame uniform over all and OTHER; then of those that are OTHER the amplitudes, uniform over 256, and
       the phases, as in 4

Nothing here or in the tables is a float that was rounded: every machine decodes the same codes.
"""

from __future__ import annotations

import constriction
import numpy as np

from holostream.codec.dna import Dna
from holostream.codec.polar_code import PHASES
from holostream.format import told_words, whole_words
from holostream.format.code_contexts import (
    ESCAPE,
    GAIN_REACH,
    GAIN_SYMBOLS,
    empty_grid,
    filled_grid,
    gain_classes,
    gain_context,
    gain_symbols,
    grid_codes,
    plan_of,
    rounds_of,
)
from holostream.format.entropy_tables import TOTAL, EntropyTables, coder_models
from holostream.format.holo_error import HoloFormatError
from holostream.format.nested_layers import digit_places, nested, seen_from_below

MAX_FRAMES = 1024
"""Of a stretch; bounds what a few bytes can ask of a reader."""
ESCAPES = 256 - ESCAPE
_BY_TABLE = constriction.stream.model.Categorical(perfect=False)
_UNIFORM = constriction.stream.model.Uniform()
_WIDE = coder_models(np.array([[TOTAL - 1, 1]]))


class _Writer:
    """Symbols in, bytes out."""

    def __init__(self) -> None:
        self._coder = constriction.stream.queue.RangeEncoder()

    def by_table(self, symbols: np.ndarray, models: np.ndarray) -> None:
        if symbols.size:
            self._coder.encode(symbols.ravel().astype(np.int32), _BY_TABLE, models)

    def uniform(self, symbols: np.ndarray, sizes: np.ndarray | int) -> None:
        """A symbol of size 1 takes no room."""
        symbols = symbols.ravel().astype(np.int32)
        sizes = np.broadcast_to(np.int32(sizes), symbols.shape)
        several = sizes > 1
        if several.any():
            self._coder.encode(symbols[several], _UNIFORM, sizes[several])

    def bytes(self) -> bytes:
        words = self._coder.get_compressed()
        return words.astype(">u4").tobytes().rstrip(b"\0")


class _Reader:
    """The inverse of `_Writer`; reads zeros beyond the end."""

    def __init__(self, data: bytes) -> None:
        words = np.frombuffer(data + bytes(-len(data) % 4), ">u4").astype(np.uint32)
        self._coder = constriction.stream.queue.RangeDecoder(words)

    def by_table(self, models: np.ndarray) -> np.ndarray:
        if not len(models):
            return np.zeros(0, np.int32)
        try:
            return self._coder.decode(_BY_TABLE, models)
        except AssertionError as error:
            raise HoloFormatError("a block's codes cannot be decoded") from error

    def uniform(self, sizes: np.ndarray) -> np.ndarray:
        symbols: np.ndarray = np.zeros(len(sizes), np.int32)
        several = sizes > 1
        if several.any():
            try:
                symbols[several] = self._coder.decode(_UNIFORM, sizes[several])
            except AssertionError as error:
                raise HoloFormatError("a block's codes cannot be decoded") from error
        return symbols

    def check_end(self) -> None:
        if not self._coder.maybe_exhausted():
            raise HoloFormatError("a block holds more than the codes it announces")


def encode_codes(dna: Dna, tables: EntropyTables) -> bytes:
    """At most MAX_FRAMES frames to bytes. Raises ValueError for more, or for another tier than the tables'."""
    _check_fit(dna.harmonics, dna.frames, tables)
    writer = _Writer()
    seen, digits = tables.seen(dna.amplitudes)
    counts, wide = tables.phase_sizes(dna, digits)
    writer.by_table(np.array([wide]), _WIDE)
    for round_ in rounds_of(dna.frames):
        own = dna.gains[:, round_.frames]
        if not round_.group:
            writer.uniform(own, 256)
            continue
        expected, rows = gain_context(round_, dna.gains)
        symbols = gain_symbols(expected, own)
        writer.by_table(symbols, tables.gain_models[rows.ravel()])
        writer.uniform(own[symbols == GAIN_SYMBOLS - 1], 256)
    grid = filled_grid(seen, tables.layers)
    for round_, passes in plan_of(dna.lanes, dna.frames, tables.layers, tables.base, tables.words is not None):
        gain_class = gain_classes(round_, dna.gains)
        for each in passes:
            rows, coded = tables.rows(each, grid.take(each.places), gain_class), ~digit_places(grid, each, tables.split)
            writer.by_table(grid.take(each.own)[coded], tables.amplitude_models.take(rows[coded], 0))
    writer.uniform(seen[~digits & (seen >= ESCAPE)].astype(np.int32) - ESCAPE, ESCAPES)
    writer.uniform(dna.amplitudes[digits], 256 if wide else tables.split)
    evenly = _evenly_coded(dna.amplitudes, counts, tables, wide)
    writer.uniform(dna.phases[evenly], 256 if wide else counts[evenly])
    told = dna.amplitudes[..., tables.telling], dna.phases[..., tables.telling]
    if tables.told_phases is not None and not wide:
        for rows, phases in told_words.told_phases(*told):
            writer.by_table(phases, tables.told_phase_models[rows])
    if tables.words is not None:
        _encode_words(writer, *told, wide, tables)
    return writer.bytes()


def _encode_words(writer: _Writer, amplitudes: np.ndarray, phases: np.ndarray, wide: bool, tables: EntropyTables) -> None:
    """Codes of the telling harmonic, (lanes, frames)."""
    count = tables.word_count
    words = whole_words.words_of(amplitudes, phases, count)
    writer.uniform(words[:, 0], count + 1)
    for rows, own in whole_words.told_words(words, count):
        writer.by_table(own, tables.word_models[rows.ravel()])
    others = words == count
    writer.uniform(amplitudes[others], 256)
    writer.uniform(phases[others], 256 if wide else PHASES[amplitudes[others]])


def decode_codes(data: bytes, lanes: int, frames: int, tables: EntropyTables) -> Dna:
    """The inverse of `encode_codes`. Raises HoloFormatError if these bytes are no such codes."""
    try:
        _check_fit(tables.harmonics, frames, tables)
    except ValueError as error:
        raise HoloFormatError(str(error)) from error
    reader = _Reader(data)
    wide = bool(reader.by_table(_WIDE)[0])
    gains = _decode_gains(reader, lanes, frames, tables)
    amplitudes, digits = _decode_amplitudes(reader, gains, wide, tables)
    phases = np.zeros(amplitudes.shape, np.uint8)
    counts = np.where(digits, tables.split, PHASES[amplitudes]).astype(np.int32)
    evenly = _evenly_coded(amplitudes, counts, tables, wide)
    phases[evenly] = reader.uniform(_sizes(counts[evenly], wide))
    told = amplitudes[..., tables.telling], phases[..., tables.telling]
    if tables.told_phases is not None and not wide:
        _decode_told_phases(reader, *told, tables)
    if tables.words is not None:
        _decode_words(reader, *told, wide, tables)
    reader.check_end()
    return Dna(gains, amplitudes, phases)


def _check_fit(harmonics: int, frames: int, tables: EntropyTables) -> None:
    if harmonics != tables.harmonics:
        raise ValueError(f"codes of tier {harmonics} do not go with the entropy tables of tier {tables.harmonics}")
    if not 1 <= frames <= MAX_FRAMES:
        raise ValueError(f"a stretch has {frames} frames; 1 to {MAX_FRAMES} are coded together")


def _evenly_coded(amplitudes: np.ndarray, counts: np.ndarray, tables: EntropyTables, wide: bool) -> np.ndarray:
    """(lanes, frames, harmonics) bool: whose phases, of so many each, are coded as if nothing were known of them."""
    evenly = np.ones(amplitudes.shape, bool) if wide else counts > 1
    if tables.words is not None:
        evenly[..., tables.telling] = False
    elif tables.told_phases is not None and not wide:
        evenly[..., tables.telling] &= ~told_words.says_by_phase(amplitudes[..., tables.telling])
    return evenly


def _sizes(counts: np.ndarray, wide: bool) -> np.ndarray:
    return np.full(counts.shape, 256, np.int32) if wide else counts


def _decode_words(
    reader: _Reader, amplitudes: np.ndarray, phases: np.ndarray, wide: bool, tables: EntropyTables
) -> None:
    """Fill the codes of the telling harmonic in, (lanes, frames)."""
    count = tables.word_count
    words: np.ndarray = np.zeros(amplitudes.shape, np.int64)
    words[:, 0] = reader.uniform(np.full(len(words), count + 1, np.int32))
    for round_ in rounds_of(words.shape[1])[1:]:
        rows = whole_words.word_rows(round_, words, count)
        words[:, round_.frames] = reader.by_table(tables.word_models[rows.ravel()]).reshape(rows.shape)
    others = words == count
    amplitudes[~others], phases[~others] = whole_words.codes_of(words[~others])
    amplitudes[others] = reader.uniform(np.full(int(others.sum()), 256, np.int32))
    phases[others] = reader.uniform(_sizes(PHASES[amplitudes[others]], wide))


def _decode_told_phases(reader: _Reader, amplitudes: np.ndarray, phases: np.ndarray, tables: EntropyTables) -> None:
    """Fill the phases of the telling harmonic in, (lanes, frames); those that tell nothing are there."""
    words, said = told_words.words_of(amplitudes, phases), told_words.says_by_phase(amplitudes)
    for round_ in rounds_of(amplitudes.shape[1]):
        places = np.nonzero(said[:, round_.frames])
        rows = told_words.word_rows(round_, words, amplitudes)[places]
        own = places[0], round_.frames[places[1]]
        phases[own] = reader.by_table(tables.told_phase_models[rows])
        words[own] = told_words.words_of(amplitudes[own], phases[own])
    if (phases[said] >= PHASES[amplitudes[said]]).any():
        raise HoloFormatError("a block tells of noise in words that there are not")


def _decode_gains(reader: _Reader, lanes: int, frames: int, tables: EntropyTables) -> np.ndarray:
    gains = np.zeros((lanes, frames), np.uint8)
    for round_ in rounds_of(frames):
        if not round_.group:
            gains[:, 0] = reader.uniform(np.full(lanes, 256, np.int32))
            continue
        expected, rows = gain_context(round_, gains)
        symbols = reader.by_table(tables.gain_models[rows.ravel()]).reshape(rows.shape)
        own, escaped = expected + symbols - GAIN_REACH, symbols == GAIN_SYMBOLS - 1
        own[escaped] = reader.uniform(np.full(int(escaped.sum()), 256, np.int32))
        if own.min() < 0 or own.max() > 255:
            raise HoloFormatError("a block's gains leave their range")
        gains[:, round_.frames] = own
    return gains


def _decode_amplitudes(
    reader: _Reader, gains: np.ndarray, wide: bool, tables: EntropyTables
) -> tuple[np.ndarray, np.ndarray]:
    """(lanes, frames, harmonics) codes, and which of them are digits."""
    lanes, frames = gains.shape
    grid = empty_grid(lanes, frames, tables.harmonics, tables.layers)
    flat, models = grid.reshape(-1), tables.amplitude_models
    for round_, passes in plan_of(lanes, frames, tables.layers, tables.base, tables.words is not None):
        gain_class = gain_classes(round_, gains)
        for each in passes:
            digits = digit_places(flat, each, tables.split)
            rows = tables.rows(each, flat.take(each.places), gain_class)
            flat[each.own[~digits]] = reader.by_table(models.take(rows[~digits], 0))
            if each.below is not None and digits.any():
                flat[each.own[digits]] = seen_from_below(flat[each.below[digits]], tables.split)
    seen = grid_codes(grid, lanes, frames, tables.layers)
    _, digits = nested(seen, tables.layers, tables.split)
    escaped = (seen == ESCAPE) & ~digits
    seen[escaped] += reader.uniform(np.full(int(escaped.sum()), ESCAPES, np.int32))
    seen[digits] = reader.uniform(_sizes(np.full(int(digits.sum()), tables.split, np.int32), wide))
    return seen.astype(np.uint8), digits
