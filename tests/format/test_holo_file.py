"""The `.holo` file: what is written is read, whatever is damaged is noticed, nothing hostile is believed."""

from __future__ import annotations

import errno
import io
import json
import os
import struct
import tracemalloc
import zlib
from pathlib import Path

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from holostream.codec.dna import Dna
from holostream.format.holo_file import (
    DnaBlock,
    HoloFormatError,
    HoloHeader,
    HoloReader,
    HoloWriter,
    VoiceRun,
    pack_header,
    unpack_dna_block,
)
from tests.dna_examples import HEADER, dna_blocks, equal_blocks, random_dna

MEGABYTE = 1 << 20
SMALL = [
    DnaBlock(5, 2, (VoiceRun(True, 1, random_dna(1, 3, 4, 0)),)),
    DnaBlock(7, 1, (VoiceRun(False, 0, random_dna(1, 1, 4, 1)), VoiceRun(True, 2, random_dna(1, 3, 8, 2))), 0, 8),
    DnaBlock(9, 1, (VoiceRun(True, 0, random_dna(1, 1, 8, 3)),)),
]


def written(blocks: list[DnaBlock], header: HoloHeader = HEADER, finish: bool = True) -> bytes:
    file = io.BytesIO()
    writer = HoloWriter(file, header)
    for block in blocks:
        writer.write(block)
    if finish:
        writer.finish()
    assert writer.bytes == len(file.getvalue())
    return file.getvalue()


def read(data: bytes) -> tuple[HoloReader, list[DnaBlock]]:
    reader = HoloReader(io.BytesIO(data))
    return reader, list(reader.blocks())


def is_prefix(blocks: list[DnaBlock], of: list[DnaBlock]) -> bool:
    return len(blocks) <= len(of) and all(equal_blocks(a, b) for a, b in zip(blocks, of, strict=False))


def block_bytes(payload: bytes, kind: int = 1) -> bytes:
    """A block as the specification has it."""
    packed = b"\xc1HB\x03" + struct.pack("<B3xI", kind, len(payload)) + payload
    return packed + struct.pack("<I", zlib.crc32(packed))


def frames_payload(
    hops: int = 1, lanes: int = 1, voices: int = 1, fade: tuple[int, int] = (0, 0), coding: int = 1,
    heads: tuple[tuple[int, int, int], ...] = ((4, 0, 1),), codes: bytes | None = None,
) -> bytes:
    """A payload of frames as the specification has it; every value can be wrong."""
    head = struct.pack("<qHBBBBBx", 0, hops, lanes, voices, *fade, coding)
    head += b"".join(struct.pack("<HHB3x", *values) for values in heads)
    size = sum(lanes * (preroll + hops) * (1 + 2 * harmonics) for harmonics, preroll, _ in heads)
    return head + zlib.compress(bytes(size) if codes is None else codes)


def peak_memory_of_reading(data: bytes, path: Path) -> int:
    """Bytes, beyond the file, that a reader of a real file needed until it gave up."""
    path.write_bytes(data)
    with path.open("rb") as file:
        tracemalloc.start()
        try:
            with pytest.raises(HoloFormatError):
                list(HoloReader(file).blocks())
            return tracemalloc.get_traced_memory()[1]
        finally:
            tracemalloc.stop()


class TestRoundTrip:
    @settings(max_examples=60, deadline=None)
    @given(st.data())
    def test_blocks(self, data: st.DataObject) -> None:
        lanes = data.draw(st.integers(1, 2))
        blocks = data.draw(st.lists(dna_blocks(lanes), max_size=4))
        header = HoloHeader("f", 48000, 128, 192, lanes, {})
        reader, found = read(written(blocks, header))
        assert len(found) == len(blocks)
        assert is_prefix(found, blocks)
        assert reader.finished
        assert reader.torn_bytes == 0

    @given(
        family=st.text(max_size=30), rate=st.integers(8000, 192000), hop=st.integers(1, 1000), more=st.integers(0, 1000),
        lanes=st.integers(1, 2), lead=st.integers(0, 1 << 17), original=st.integers(0, 768000),
        length=st.integers(0, (1 << 48) - 1), tags=st.dictionaries(st.text(max_size=9), st.text(max_size=9), max_size=5),
    )
    def test_header(self, family: str, rate: int, hop: int, more: int, lanes: int, lead: int, original: int, length: int,
                    tags: dict[str, str]) -> None:
        header = HoloHeader(family, rate, hop, hop + more, lanes, {"4": "x"}, lead, original, length, 2, "s", tags)
        assert read(written([], header))[0].header == header

    def test_the_largest_block(self) -> None:
        block = DnaBlock(0, 4096, (VoiceRun(True, 4096, random_dna(2, 8192, 256, 0)),))
        _, (found,) = read(written([block], HoloHeader("f", 48000, 128, 192, 2, {})))
        assert equal_blocks(found, block)

    def test_bytes_are_as_specified(self) -> None:
        dna = Dna(*(np.arange(size, dtype=np.uint8).reshape(shape) for size, shape in ((2, (1, 2)), (8, (1, 2, 4)), (8, (1, 2, 4)))))
        data = written([DnaBlock(-2, 2, (VoiceRun(True, 0, dna),))], finish=False)
        size = struct.unpack_from("<I", data, 8)[0]
        assert data[:8] == b"HOLO\x03\0\0\0"
        assert json.loads(data[12 : 12 + size])["hop"] == 128
        assert struct.unpack_from("<I", data, 12 + size)[0] == zlib.crc32(data[: 12 + size])
        codes = bytes((0, 1, *range(8), *range(8)))
        assert data[16 + size : 16 + size + 12][:8] == b"\xc1HB\x03\x01\0\0\0"
        payload = data[16 + size + 12 : -4]
        assert payload[:24] == struct.pack("<qHBBBBBxHHB3x", -2, 2, 1, 1, 0, 0, 1, 4, 0, 1)
        assert zlib.decompress(payload[24:]) == codes

    def test_a_header_is_corrected_in_place(self) -> None:
        file = io.BytesIO()
        writer = HoloWriter(file, HEADER)
        writer.write(SMALL[0])
        longer = HoloHeader(**{**vars(HEADER), "original_length": 10**14})
        writer.correct(longer)
        writer.write(SMALL[2])
        reader, blocks = read(file.getvalue())
        assert reader.header == longer
        assert is_prefix(blocks, [SMALL[0], SMALL[2]])
        assert len(blocks) == 2

    def test_a_correction_that_does_not_fit(self) -> None:
        writer = HoloWriter(io.BytesIO(), HEADER)
        with pytest.raises(ValueError, match="does not fit"):
            writer.correct(HoloHeader(**{**vars(HEADER), "tags": {"a": "b" * 99}}))

    def test_tags_have_a_limit(self) -> None:
        with pytest.raises(ValueError, match="shorten the tags"):
            pack_header(HoloHeader(**{**vars(HEADER), "tags": {"a": "b" * 70_000}}))


class TestTornAndDamaged:
    data = written(SMALL)

    def test_a_file_that_was_not_closed(self) -> None:
        reader, blocks = read(written(SMALL, finish=False))
        assert len(blocks) == 3
        assert not reader.finished
        assert reader.torn_bytes == 0

    def test_a_file_cut_anywhere_gives_its_whole_blocks(self) -> None:
        whole_at = [len(written(SMALL[:count], finish=False)) for count in range(4)]
        for size in range(len(self.data)):
            if size < whole_at[0]:
                with pytest.raises(HoloFormatError):
                    read(self.data[:size])
                continue
            reader, blocks = read(self.data[:size])
            whole = sum(end <= size for end in whole_at) - 1
            assert len(blocks) == whole, size
            assert is_prefix(blocks, SMALL), size
            assert not reader.finished
            assert reader.torn_bytes == size - whole_at[whole]

    def test_one_damaged_byte_anywhere_is_noticed(self) -> None:
        random = np.random.default_rng(0)
        for place in range(len(self.data)):
            for change in (1, 0x80, int(random.integers(1, 256))):
                damaged = bytearray(self.data)
                damaged[place] ^= change
                blocks: list[DnaBlock] = []
                try:
                    reader = HoloReader(io.BytesIO(damaged))
                    for block in reader.blocks():
                        blocks.append(block)
                except HoloFormatError:
                    noticed = True
                else:
                    noticed = not reader.finished and reader.torn_bytes > 0
                assert noticed, (place, change)
                assert is_prefix(blocks, SMALL), (place, change)

    @settings(max_examples=150, deadline=None)
    @given(st.data())
    def test_any_stretch_replaced_by_anything(self, data: st.DataObject) -> None:
        start = data.draw(st.integers(0, len(self.data)))
        stop = data.draw(st.integers(start, len(self.data)))
        damaged = self.data[:start] + data.draw(st.binary(max_size=60)) + self.data[stop:]
        blocks, problem = [], "this file is fine"
        try:
            reader, blocks = read(damaged)
            assert reader.header == HEADER
        except HoloFormatError as error:
            problem = str(error)
        assert problem.startswith("this file")
        assert len(problem.splitlines()) == 1
        assert all(any(equal_blocks(block, known) for known in SMALL) for block in blocks)

    def test_what_follows_the_end_does_not_count(self) -> None:
        reader, blocks = read(self.data + b"anything")
        assert reader.finished
        assert len(blocks) == 3

    def test_kinds_of_a_later_version_are_skipped(self) -> None:
        data = written(SMALL[:1], finish=False) + block_bytes(b"later", kind=77) + block_bytes(frames_payload())
        assert len(read(data)[1]) == 2

    @pytest.mark.parametrize(("data", "reason"), [
        (b"", "not a .holo"), (b"HOL", "not a .holo"), (b"RIFF" + bytes(40), "not a .holo"),
        (b"HOLO\x02" + bytes(40), "version 2"), (b"HOLO\x03\0\0\0\x10", "ends within its header"),
    ])
    def test_other_files(self, data: bytes, reason: str) -> None:
        with pytest.raises(HoloFormatError, match=reason):
            HoloReader(io.BytesIO(data))


class TestHostile:
    payloads = pytest.mark.parametrize("payload", [
        b"", bytes(15), frames_payload(hops=0, codes=b""), frames_payload(hops=4097), frames_payload(lanes=0, codes=b""),
        frames_payload(lanes=3), frames_payload(voices=0, heads=()), frames_payload(voices=3, heads=((4, 0, 1),) * 3),
        frames_payload(voices=255), frames_payload(fade=(0, 8)), frames_payload(voices=2, heads=((4, 0, 1), (8, 0, 1))),
        frames_payload(voices=2, heads=((4, 0, 1), (8, 0, 1)), fade=(8, 8)), frames_payload(coding=2),
        frames_payload(heads=((5, 0, 1),)), frames_payload(heads=((4, 4097, 1),)), frames_payload(heads=((4, 1, 0),)),
        frames_payload(heads=((4, 0, 2),)), frames_payload(codes=bytes(8)), frames_payload(codes=bytes(10)),
        frames_payload()[:-8], frames_payload()[:24] + b"not zlib",
    ])

    @payloads
    def test_payloads_that_do_not_fit(self, payload: bytes) -> None:
        with pytest.raises(HoloFormatError):
            unpack_dna_block(payload)

    def test_the_template_itself_is_legal(self) -> None:
        assert unpack_dna_block(frames_payload()).hops == 1
        assert len(unpack_dna_block(frames_payload(voices=2, heads=((4, 0, 1), (8, 3, 1)), fade=(7, 8))).voices) == 2

    @settings(deadline=None)
    @given(st.binary(max_size=100))
    def test_any_payload(self, payload: bytes) -> None:
        try:
            block = unpack_dna_block(payload)
        except HoloFormatError:
            return
        assert all(voice.dna.frames == voice.preroll + block.hops for voice in block.voices)

    @payloads
    def test_a_reader_says_where(self, payload: bytes) -> None:
        with pytest.raises(HoloFormatError, match="this file is damaged at block 2: a "):
            read(written(SMALL[:1], finish=False) + block_bytes(payload))

    def test_lanes_are_the_headers(self) -> None:
        with pytest.raises(HoloFormatError, match="lanes"):
            read(written([], finish=False) + block_bytes(frames_payload(lanes=2)))

    @pytest.mark.parametrize("size", [1 << 16, (1 << 16) + 1, 1 << 31, (1 << 32) - 1])
    def test_a_description_that_is_announced_too_long(self, size: int, tmp_path: Path) -> None:
        data = b"HOLO\x03\0\0\0" + struct.pack("<I", size) + b"{}"
        assert peak_memory_of_reading(data, tmp_path / "a.holo") < MEGABYTE

    @pytest.mark.parametrize("size", [(1 << 24) + 1, 1 << 31, (1 << 32) - 1])
    def test_a_block_that_is_announced_too_long(self, size: int, tmp_path: Path) -> None:
        data = written([], finish=False) + b"\xc1HB\x03" + struct.pack("<B3xI", 1, size) + bytes(100)
        assert peak_memory_of_reading(data, tmp_path / "a.holo") < MEGABYTE

    def test_a_block_that_announces_the_most_and_holds_nothing(self, tmp_path: Path) -> None:
        most = frames_payload(4096, 2, 2, heads=((256, 4096, 1),) * 2, codes=b"", fade=(0, 255))
        data = written([], HoloHeader("f", 48000, 128, 192, 2, {}), finish=False) + block_bytes(most)
        assert peak_memory_of_reading(data, tmp_path / "a.holo") < MEGABYTE

    def test_a_bomb_unpacks_no_further_than_announced(self, tmp_path: Path) -> None:
        packer = zlib.compressobj(9)
        bomb = b"".join(packer.compress(bytes(MEGABYTE)) for _ in range(300)) + packer.flush()
        payload = frames_payload()[:24] + bomb
        data = written([], finish=False) + block_bytes(payload)
        assert peak_memory_of_reading(data, tmp_path / "a.holo") < len(bomb) * 8 + MEGABYTE

    @pytest.mark.parametrize("description", [
        b"", b"[]", b"null", b"{}", b"{", b"\xff", b"[" * 60_000, b'{"a":' * 9_000, b"9" * 50_000,
        json.dumps({**vars(HEADER), "lanes": 3}).encode(), json.dumps({**vars(HEADER), "lanes": True}).encode(),
        json.dumps({**vars(HEADER), "rate": 1e300}).encode(), json.dumps({**vars(HEADER), "hop": 0}).encode(),
        json.dumps({**vars(HEADER), "hop": 193}).encode(), json.dumps({**vars(HEADER), "models": []}).encode(),
        json.dumps({**vars(HEADER), "models": {"4": 1}}).encode(), json.dumps({**vars(HEADER), "tags": {"a": []}}).encode(),
        json.dumps({**vars(HEADER), "lead": -1}).encode(), json.dumps({**vars(HEADER), "original_length": -1}).encode(),
        json.dumps({**vars(HEADER), "original_channels": 65}).encode(), json.dumps({**vars(HEADER), "family": None}).encode(),
        json.dumps({**vars(HEADER), "original_rate": 10**6}).encode(),
    ])
    def test_descriptions_that_cannot_be_used(self, description: bytes) -> None:
        packed = struct.pack("<4sB3xI", b"HOLO", 3, len(description)) + description
        with pytest.raises(HoloFormatError) as caught:
            HoloReader(io.BytesIO(packed + struct.pack("<I", zlib.crc32(packed))))
        assert "unusable header" in str(caught.value)
        assert len(str(caught.value).splitlines()) == 1

    def test_keys_of_a_later_version_are_ignored(self) -> None:
        description = json.dumps({**vars(HEADER), "later": [1]}).encode()
        packed = struct.pack("<4sB3xI", b"HOLO", 3, len(description)) + description
        assert HoloReader(io.BytesIO(packed + struct.pack("<I", zlib.crc32(packed)))).header == HEADER


def write_all(writer: HoloWriter) -> None:
    for block in SMALL:
        writer.write(block)
    writer.finish()


class FullDisk(io.BytesIO):
    """Takes `room` bytes, a few at a time, then is full."""

    def __init__(self, room: int) -> None:
        super().__init__()
        self.room = room

    def write(self, data: bytes | memoryview) -> int:
        taken = min(len(data), 50, self.room - self.tell())
        if taken <= 0:
            raise OSError(errno.ENOSPC, os.strerror(errno.ENOSPC))
        return super().write(bytes(data[:taken]))


def test_a_full_disk_keeps_whole_blocks_at_every_size() -> None:
    whole = written(SMALL)
    ends = [len(written(SMALL[:count], finish=False)) for count in range(4)]
    for room in range(ends[0], len(whole), 7):
        file = FullDisk(room)
        writer = HoloWriter(file, HEADER)
        with pytest.raises(OSError, match="No space"):
            write_all(writer)
        kept = sum(end <= room for end in ends) - 1
        assert file.getvalue() == whole[: ends[kept]]
        assert writer.bytes == ends[kept]
