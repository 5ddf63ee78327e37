"""Coded blocks: what is packed is unpacked, alone; hostile payloads are refused; files of zlib blocks still open."""

from __future__ import annotations

import hashlib
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from holostream.format.coded_block import can_be_coded, coded_head, pack_coded_block, unpack_coded_block
from holostream.format.holo_block import DnaBlock, VoiceRun, pack_dna_block, packed_head
from holostream.format.holo_error import HoloFormatError
from holostream.format.holo_file import HoloReader
from tests.dna_examples import dna_blocks, equal_blocks
from tests.format.learned_tables import sound_like, tables_of

TABLES = {harmonics: tables_of(harmonics) for harmonics in (4, 8, 16, 64)}
GOLDEN = Path(__file__).resolve().parents[1] / "golden"


@settings(max_examples=40, deadline=None)
@given(st.data())
def test_any_block_comes_back(data: st.DataObject) -> None:
    block = data.draw(dna_blocks(data.draw(st.integers(1, 2))))
    assert can_be_coded(block, TABLES)
    assert equal_blocks(unpack_coded_block(pack_coded_block(block, TABLES), TABLES.__getitem__), block)


def test_a_tier_without_tables_is_not_coded() -> None:
    block = DnaBlock(0, 4, (VoiceRun(True, 0, sound_like(1, 4, 32, 1)),))
    assert not can_be_coded(block, TABLES)


def test_what_stands_beside_the_codes_is_next_to_nothing() -> None:
    dna = sound_like(1, 384, 16, 3)
    from holostream.format.entropy_coding import encode_codes

    packed = pack_coded_block(DnaBlock(384, 384, (VoiceRun(False, 0, dna),)), TABLES)
    assert len(packed) - len(encode_codes(dna, TABLES[16])) <= 3


@settings(max_examples=150, deadline=None)
@given(data=st.data())
def test_mutated_payloads_are_blocks_or_refused(data: st.DataObject) -> None:
    voices = (VoiceRun(True, 2, sound_like(1, 8, 4, 1)), VoiceRun(True, 1, sound_like(1, 7, 8, 2)))
    payload = bytearray(pack_coded_block(DnaBlock(9, 6, voices, 1, 8), TABLES))
    for place, value in data.draw(st.lists(st.tuples(st.integers(0, len(payload) - 1), st.integers(0, 255)), max_size=5)):
        payload[place] = value
    cut = data.draw(st.integers(0, len(payload)))

    def tables(harmonics: int):
        if harmonics not in TABLES:
            raise HoloFormatError("no tables")
        return TABLES[harmonics]

    try:
        block = unpack_coded_block(bytes(payload[:cut]), tables)
    except HoloFormatError:
        return
    assert all(voice.dna.frames == block.hops + voice.preroll for voice in block.voices)


@pytest.mark.parametrize(
    ("name", "blocks", "digest"),
    [
        ("zlib_frames", 3, "8e46a03f8412fbd8090c491547cc4ab6bccff4059e650530fcb9e5605f803495"),
        ("coded_small", 1, "b350cf94ecffae6380f2a706d4af529ae6a6c9344da900da218df0afcb1747a9"),
        ("coded_morph", 6, "1d202e200fadb2ed7f99cfefe70babb976fc98c6da05072c6b6925cbd908eb6b"),
        ("coded_told", 1, "9ea0e9aadec8b5b5196a8a0c79e9d7b335fdce25a0ea25de276ad94fc3f59184"),
        ("coded_words", 1, "9baaae854ecd72cebb911936a51c0417b9322da0e02f1dcb2a790cf29001bcf0"),
        ("coded_nested", 1, "b1ef5238185ffb9a87e254903ae408cef763e7b1ba71f77f9153c5a61f4dfb0a"),
        ("coded_nested_words", 1, "c239e59a16eb1cc3fc75c034ced4a35a18fda946a79d89e288b09ef3b07d3a04"),
        ("coded_frames", 4, "24d2fa0e5645776f9c581588f0e104653d4eab631e857c4396ee3d876c181dda"),
    ],
)
def test_golden_files_hold_the_codes_they_were_written_with(name: str, blocks: int, digest: str) -> None:
    """Their tables are shipped with the tiers and stay there, whatever the tiers are trained to."""
    with (GOLDEN / f"{name}.holo").open("rb") as file:
        reader = HoloReader(file)
        found = list(reader.blocks())
        assert reader.finished
        assert list(reader.index().first_hops) == [block.first_hop for block in found]
    held = hashlib.sha256()
    for block in found:
        voices = [(voice.starts, voice.preroll) for voice in block.voices]
        held.update(repr((block.first_hop, block.hops, block.fade_first, block.fade_hops, voices)).encode() + block.levels)
        for voice in block.voices:
            held.update(voice.dna.gains.tobytes() + voice.dna.amplitudes.tobytes() + voice.dna.phases.tobytes())
    assert (len(found), held.hexdigest()) == (blocks, digest)


@settings(max_examples=60, deadline=None)
@given(st.data())
def test_hops_are_known_without_decoding(data: st.DataObject) -> None:
    block = data.draw(dna_blocks())
    assert coded_head(pack_coded_block(block, TABLES)) == (block.first_hop, block.hops, block.voices[0].dna.lanes)
    assert packed_head(pack_dna_block(block)) == (block.first_hop, block.hops, block.voices[0].dna.lanes)


@pytest.mark.parametrize("payload", [b"", b"\0", b"\0\x80\x80\x80\x80\x80\x80\x80\x80\x80\x80\x80"])
def test_short_payloads(payload: bytes) -> None:
    with pytest.raises(HoloFormatError):
        unpack_coded_block(payload, TABLES.__getitem__)
