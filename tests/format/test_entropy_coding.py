"""Entropy coding: any codes come back as they were, at about their ideal cost; hostile bytes are refused."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from holostream.codec.dna import Dna, silence
from holostream.codec.polar_code import PHASES
from holostream.codec.tier import TIERS
from holostream.format import whole_words
from holostream.format.entropy_coding import MAX_FRAMES, decode_codes, encode_codes
from holostream.format.entropy_tables import TOTAL
from holostream.format.holo_error import HoloFormatError
from holostream.format.rate_estimate import ideal_bits
from holostream.format.told_words import WORD_ROWS, WORD_SYMBOLS
from tests.format.learned_tables import (
    every_version,
    former_tables_of,
    nested_codes,
    nested_tables_of,
    sound_like,
    tables_of,
    telling_sound,
)


def any_dna(lanes: int, frames: int, harmonics: int, seed: int, highest: int, legal: bool) -> Dna:
    """Codes up to `highest`; `legal`: phases as an encoder makes them."""
    random = np.random.default_rng(seed)
    amplitudes = random.integers(0, highest + 1, (lanes, frames, harmonics)).astype(np.uint8)
    phases = random.integers(0, 256, amplitudes.shape)
    phases = (phases % PHASES[amplitudes] if legal else phases).astype(np.uint8)
    return Dna(random.integers(0, 256, (lanes, frames)).astype(np.uint8), amplitudes, phases)


@settings(max_examples=60, deadline=None)
@given(
    harmonics=st.sampled_from(TIERS),
    lanes=st.integers(1, 2),
    frames=st.integers(1, 12),
    seed=st.integers(0, 1 << 20),
    highest=st.sampled_from((0, 1, 5, 15, 16, 17, 255)),
    legal=st.booleans(),
    version=st.integers(0, 4),
)
def test_any_codes_come_back(
    harmonics: int, lanes: int, frames: int, seed: int, highest: int, legal: bool, version: int
) -> None:
    versions = every_version(harmonics)
    dna, tables = any_dna(lanes, frames, harmonics, seed, highest, legal), versions[version % len(versions)]
    assert decode_codes(encode_codes(dna, tables), lanes, frames, tables).equals(dna)


@pytest.mark.parametrize("harmonics", TIERS)
def test_sound_costs_what_its_tables_say(harmonics: int) -> None:
    dna, tables = sound_like(2, 300, harmonics, 99), tables_of(harmonics)
    coded = encode_codes(dna, tables)
    assert decode_codes(coded, 2, 300, tables).equals(dna)
    assert 8 * len(coded) <= 1.03 * sum(ideal_bits(dna, tables).values()) + 64


@pytest.mark.parametrize("harmonics", [8, 64, 128])
def test_words_that_stay_cost_little(harmonics: int) -> None:
    dna = telling_sound(2, 300, harmonics, 98)
    evenly, former, whole = (encode_codes(dna, tables) for tables in every_version(harmonics)[:3])
    for coded, tables in ((former, former_tables_of(harmonics)), (whole, tables_of(harmonics, tells=True))):
        assert decode_codes(coded, 2, 300, tables).equals(dna)
        assert 8 * len(coded) <= 1.03 * sum(ideal_bits(dna, tables).values()) + 64
    assert len(former) < len(evenly) - 600 * 1.5 / 8  # of 2.6 bits a frame at least 1.5
    assert len(whole) < len(former)


@pytest.mark.parametrize(("harmonics", "split", "tells"), [(128, 5, True), (256, 3, False), (256, 9, True)])
def test_digits_cost_what_there_are_of_them(harmonics: int, split: int, tells: bool) -> None:
    make = telling_sound if tells else sound_like
    dna, tables = nested_codes(make(2, 300, harmonics, 96), split, tells), nested_tables_of(harmonics, split, tells)
    coded = encode_codes(dna, tables)
    assert decode_codes(coded, 2, 300, tables).equals(dna)
    assert 8 * len(coded) <= 1.03 * sum(ideal_bits(dna, tables).values()) + 64
    _, digits = tables.seen(dna.amplitudes)
    assert digits.mean() > 0.1
    other = Dna(dna.gains, dna.amplitudes.copy(), dna.phases.copy())
    other.amplitudes[digits] = split - 1 - other.amplitudes[digits]  # evenly, so whatever they are
    assert abs(len(encode_codes(other, tables)) - len(coded)) <= 8
    other.amplitudes[digits] = split  # there is no such digit: wide, and dear
    wide = encode_codes(other, tables)
    assert decode_codes(wide, 2, 300, tables).equals(other)
    assert len(wide) > len(coded) + digits.sum() * (8 - np.log2(split)) / 8


def test_words_that_no_tier_tells_come_back() -> None:
    """Others than the tables know, among them, and phases that there are not."""
    dna, tables = telling_sound(1, 40, 8, 97), tables_of(8, tells=True)
    dna.amplitudes[0, ::7, tables.telling], dna.phases[0, ::7, tables.telling] = 200, 63
    dna.amplitudes[0, 3, tables.telling], dna.phases[0, 3, tables.telling] = 4, 11
    for last_phase in (0, 255):
        dna.phases[0, -1, tables.telling] = last_phase
        assert decode_codes(encode_codes(dna, tables), 1, 40, tables).equals(dna)


def test_a_word_said_in_full_comes_back(monkeypatch: pytest.MonkeyPatch) -> None:
    """As only a hostile file says it: as none of the words, though amplitude 0 is one, whose phase is one of one."""
    dna, tables = telling_sound(1, 6, 8, 3), tables_of(8, tells=True)
    dna.amplitudes[0, ::2, tables.telling], dna.phases[0, ::2, tables.telling] = 0, 0
    with monkeypatch.context() as patched:
        patched.setattr(whole_words, "words_of", lambda amplitudes, phases, count: np.full(amplitudes.shape, count))
        coded = encode_codes(dna, tables)
    assert decode_codes(coded, 1, 6, tables).equals(dna)


def test_a_word_that_there_is_not_is_refused() -> None:
    dna, tables = telling_sound(1, 1, 8, 3), former_tables_of(8)
    dna.amplitudes[..., tables.telling], dna.phases[..., tables.telling] = 1, 4
    ninth = np.ones((WORD_ROWS, WORD_SYMBOLS), np.uint16)
    ninth[:, -1] = TOTAL - WORD_SYMBOLS + 1
    with pytest.raises(HoloFormatError, match="in words that there are not"):
        decode_codes(encode_codes(dna, tables), 1, 1, replace(tables, told_phases=ninth))


def test_silence_costs_nearly_nothing() -> None:
    tables = tables_of(64)
    coded = encode_codes(silence(1, 360, 64), tables)
    assert len(coded) < 360
    assert decode_codes(coded, 1, 360, tables).equals(silence(1, 360, 64))


def test_what_does_not_fit_is_refused() -> None:
    tables = tables_of(8)
    with pytest.raises(ValueError, match="do not go with"):
        encode_codes(silence(1, 2, 4), tables)
    with pytest.raises(ValueError, match="are coded together"):
        encode_codes(silence(1, MAX_FRAMES + 1, 8), tables)
    with pytest.raises(ValueError, match="are coded together"):
        encode_codes(silence(1, 0, 8), tables)
    with pytest.raises(HoloFormatError, match="are coded together"):
        decode_codes(b"", 1, MAX_FRAMES + 1, tables)


@settings(max_examples=150, deadline=None)
@given(data=st.data(), harmonics=st.sampled_from((4, 16, 128)), version=st.integers(0, 4))
def test_mutated_bytes_are_codes_or_refused(data: st.DataObject, harmonics: int, version: int) -> None:
    tables = every_version(harmonics)[version % len(every_version(harmonics))]
    coded = bytearray(encode_codes(telling_sound(1, 20, harmonics, 5), tables))
    for place, value in data.draw(st.lists(st.tuples(st.integers(0, len(coded) - 1), st.integers(0, 255)), max_size=6)):
        coded[place] = value
    cut = data.draw(st.integers(0, len(coded)))
    try:
        dna = decode_codes(bytes(coded[:cut]), 1, 20, tables)
    except HoloFormatError:
        return
    assert (dna.lanes, dna.frames, dna.harmonics) == (1, 20, harmonics)


@given(st.binary(max_size=200), st.integers(0, 2))
def test_any_bytes_are_codes_or_refused(coded: bytes, version: int) -> None:
    try:
        dna = decode_codes(coded, 2, 5, every_version(8)[version])
    except HoloFormatError:
        return
    assert dna.frames == 5
