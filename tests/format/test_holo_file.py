"""The `.holo` file: what is written is read; a file that ends early or is damaged gives its whole blocks."""

from __future__ import annotations

import errno
import io
import json
import os
import struct
import zlib
from dataclasses import replace

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from holostream.codec.dna import Dna
from holostream.format.block_frame import END, EVENTS, pack_frame
from holostream.format.block_index import BlockIndex, pack_end
from holostream.format.holo_block import DnaBlock, VoiceRun
from holostream.format.holo_error import HoloFormatError
from holostream.format.holo_events import Event
from holostream.format.holo_file import HoloReader, HoloWriter, pack_header
from holostream.format.holo_header import DICTIONARY, HoloHeader
from tests.dna_examples import HEADER, dna_blocks, equal_blocks, random_dna, written

MEGABYTE = 1 << 20
SMALL = [
    DnaBlock(5, 2, (VoiceRun(True, 1, random_dna(1, 3, 4, 0)),)),
    DnaBlock(
        7, 1, (VoiceRun(False, 0, random_dna(1, 1, 4, 1)), VoiceRun(True, 2, random_dna(1, 3, 8, 2))), 0, 8
    ),
    DnaBlock(9, 1, (VoiceRun(True, 0, random_dna(1, 1, 8, 3)),)),
]


def read(data: bytes) -> tuple[HoloReader, list[DnaBlock]]:
    reader = HoloReader(io.BytesIO(data))
    return reader, list(reader.blocks())


def in_order(blocks: list[DnaBlock], gap: int) -> list[DnaBlock]:
    """As a file has them: each `gap` hops after the one before."""
    placed, due = [], min(blocks[0].first_hop, 1 << 62) if blocks else 0
    for block in blocks:
        placed.append(replace(block, first_hop=due))
        due += block.hops + gap
    return placed


def test_silence_between_blocks_is_counted_together() -> None:
    """Or a file of some hundred bytes would fill a disk."""
    half = 1800 * 375
    blocks = [DnaBlock(hop, 2, (VoiceRun(True, 0, random_dna(1, 2, 4, 0)),)) for hop in (0, half, 2 * half, 2 * half + 99)]
    reader = HoloReader(io.BytesIO(written(blocks)))
    with pytest.raises(HoloFormatError, match="it begins at hop"):
        list(reader.blocks())
    assert len(list(HoloReader(io.BytesIO(written([blocks[0], blocks[1], blocks[2]]))).blocks())) == 3
    reader.seek(reader.index(), 2 * half, 0)
    assert [block.first_hop for block in reader.blocks()] == [2 * half, 2 * half + 99]


@pytest.mark.parametrize("next_hop", [1, 0, -5, 2 + 3600 * 375 + 5, 1 << 62, -(1 << 63)])
def test_hops_out_of_order_or_absurdly_late(next_hop: int) -> None:
    """Whoever reads, `info` as well as `decode`, says the same of such a file, and it can be repaired."""
    first, second = (DnaBlock(hop, 2, (VoiceRun(True, 0, random_dna(1, 2, 4, 0)),)) for hop in (0, next_hop))
    reader = HoloReader(io.BytesIO(written([first, second])))
    blocks = reader.blocks()
    assert next(blocks).first_hop == 0
    with pytest.raises(HoloFormatError, match=f"damaged at byte [0-9]+: it begins at hop {next_hop} where 2 was due; `holostream repair`"):
        next(blocks)


def is_prefix(blocks: list[DnaBlock], of: list[DnaBlock]) -> bool:
    return len(blocks) <= len(of) and all(equal_blocks(a, b) for a, b in zip(blocks, of, strict=False))


class TestRoundTrip:
    @settings(max_examples=60, deadline=None)
    @given(st.data())
    def test_blocks(self, data: st.DataObject) -> None:
        lanes = data.draw(st.integers(1, 2))
        blocks = in_order(data.draw(st.lists(dna_blocks(lanes), max_size=4)), data.draw(st.integers(0, 1000)))
        header = HoloHeader("f", 48000, 128, 192, lanes, {})
        reader, found = read(written(blocks, header))
        assert len(found) == len(blocks)
        assert is_prefix(found, blocks)
        assert reader.finished
        assert reader.torn_bytes == 0

    @given(
        family=st.text(max_size=30),
        rate=st.integers(8000, 192000),
        hop=st.integers(1, 1000),
        more=st.integers(0, 1000),
        lanes=st.integers(1, 2),
        lead=st.integers(0, 1 << 17),
        original=st.integers(0, 768000),
        length=st.integers(0, (1 << 48) - 1),
        tags=st.dictionaries(st.text(max_size=9), st.text(max_size=9), max_size=5),
    )
    def test_header(
        self,
        family: str,
        rate: int,
        hop: int,
        more: int,
        lanes: int,
        lead: int,
        original: int,
        length: int,
        tags: dict[str, str],
    ) -> None:
        header = HoloHeader(
            family, rate, hop, hop + more, lanes, {"4": "x"}, lead, original, length, 2, "s", tags
        )
        assert read(written([], header))[0].header == header

    def test_the_largest_block(self) -> None:
        block = DnaBlock(0, 1000, (VoiceRun(True, 24, random_dna(2, 1024, 256, 0)),))
        _, (found,) = read(written([block], HoloHeader("f", 48000, 128, 192, 2, {})))
        assert equal_blocks(found, block)

    def test_bytes_are_as_specified(self) -> None:
        dna = Dna(
            *(
                np.arange(size, dtype=np.uint8).reshape(shape)
                for size, shape in ((2, (1, 2)), (8, (1, 2, 4)), (8, (1, 2, 4)))
            )
        )
        data = written([DnaBlock(-2, 2, (VoiceRun(True, 0, dna),))], finish=False)
        size = struct.unpack_from("<I", data, 8)[0]
        assert data[:8] == b"HOLO\x03\x01\0\0"
        description = zlib.decompressobj(-15, zdict=DICTIONARY).decompress(data[12 : 12 + size])
        assert json.loads(description)["hop"] == 128
        assert struct.unpack_from("<I", data, 12 + size)[0] == zlib.crc32(data[: 12 + size])
        codes = bytes((0, 1, *range(8), *range(8)))
        payload = data[16 + size + 6 : -4]
        assert data[16 + size : 16 + size + 6] == b"\xc1HB" + (1 + 16 * len(payload)).to_bytes(3, "little")
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
            writer.correct(HoloHeader(**{**vars(HEADER), "tags": {"a": random_dna(1, 1, 64, 1).amplitudes.tobytes().hex()}}))

    def test_tags_have_a_limit(self) -> None:
        with pytest.raises(ValueError, match="shorten the tags"):
            pack_header(HoloHeader(**{**vars(HEADER), "tags": {"a": "b" * 70_000}}))


class TestIndex:
    BLOCKS = tuple(
        DnaBlock(50 + 12 * n + 5 * (n > 2), 12, (VoiceRun(n in (0, 3), 0, random_dna(1, 12, 8, n)),)) for n in range(6)
    )

    @pytest.mark.parametrize("finish", [True, False])
    def test_stored_or_made_it_is_the_same(self, finish: bool) -> None:
        data = written(list(self.BLOCKS), finish=finish)
        index = HoloReader(io.BytesIO(data + (b"" if finish else b"\xc1H"))).index()
        assert list(index.first_hops) == [block.first_hop for block in self.BLOCKS]
        assert list(index.hops) == [12] * 6
        assert (index.first_hop, index.end_hop) == (50, 127)

    def test_it_is_not_made_where_it_is_stored(self, monkeypatch: pytest.MonkeyPatch) -> None:
        reader = HoloReader(io.BytesIO(written(list(self.BLOCKS))))
        monkeypatch.setattr(HoloReader, "_made_index", lambda self: pytest.fail("made"))
        assert len(reader.index().hops) == 6

    def test_asking_for_it_does_not_move_the_file(self) -> None:
        for finish in (True, False):
            reader = HoloReader(io.BytesIO(written(list(self.BLOCKS), finish=finish)))
            blocks = reader.blocks()
            assert equal_blocks(next(blocks), self.BLOCKS[0])
            reader.index()
            assert equal_blocks(next(blocks), self.BLOCKS[1])

    @pytest.mark.parametrize("finish", [True, False])
    def test_seeking(self, finish: bool) -> None:
        reader = HoloReader(io.BytesIO(written(list(self.BLOCKS), finish=finish)))
        index = reader.index()
        for hop in range(40, 140):
            for context in (1, 8, 30):
                reader.seek(index, hop, context)
                first = next(reader.blocks())
                assert first.first_hop <= max(50, hop - context)
                later = [block.first_hop for block in self.BLOCKS if first.first_hop < block.first_hop <= hop - context]
                assert not later

    def test_an_index_that_lies_is_noticed(self) -> None:
        whole = written([self.BLOCKS[0]], finish=False)
        lying = BlockIndex()
        lying.add(7, 50, 12)
        reader = HoloReader(io.BytesIO(whole + pack_frame(END, pack_end(lying))))
        index = reader.index()
        assert (list(index.places), index.first_hop) == ([0], self.BLOCKS[0].first_hop), "made anew"

    def test_a_recording_behind_another_does_not_count(self) -> None:
        first, second = written(list(self.BLOCKS)), written([self.BLOCKS[0]])
        reader = HoloReader(io.BytesIO(first + second))
        assert len(reader.index().hops) == len(self.BLOCKS)
        assert len(list(reader.blocks())) == len(self.BLOCKS)
        assert reader.finished
        assert reader.bytes_behind == len(second)

    def test_a_damaged_index_is_made_without_unpacking_a_block(self, monkeypatch: pytest.MonkeyPatch) -> None:
        data = bytearray(written(list(self.BLOCKS)))
        data[-20] ^= 1
        reader = HoloReader(io.BytesIO(bytes(data)))
        monkeypatch.setattr(HoloReader, "_item", lambda self, frame: pytest.fail("unpacked"))
        assert len(reader.index().hops) == 6

    def test_a_torn_index_is_made_anew(self) -> None:
        data = written(list(self.BLOCKS))
        for cut in range(1, len(data) - len(written(list(self.BLOCKS), finish=False))):
            assert len(HoloReader(io.BytesIO(data[:-cut])).index().hops) == 6


class TestEvents:
    def test_they_come_back_in_place(self) -> None:
        file = io.BytesIO()
        writer = HoloWriter(file, HEADER)
        events = [Event(5 * 128, "wet", 0.5), Event(7 * 128 + 3, "marker", "Grüße")] * 13
        writer.write(SMALL[0], events)
        writer.write_events(events[:1])
        writer.write(SMALL[2])
        writer.finish()
        items = list(HoloReader(io.BytesIO(file.getvalue())).items())
        found = [event for item in items if isinstance(item, list) for event in item]
        assert found == events + events[:1]
        assert isinstance(items[0], list)
        reader, blocks = read(file.getvalue())
        assert is_prefix(blocks, [SMALL[0], SMALL[2]])
        assert list(reader.index().first_hops) == [5, 9]

    def test_bad_events_are_damage(self) -> None:
        with pytest.raises(HoloFormatError, match=r"damaged at byte \d+: a block's events"):
            read(written([], finish=False) + pack_frame(EVENTS, b"[[0]]"))


class TestFollowing:
    def test_a_file_that_grows(self) -> None:
        """Whatever pieces it grows by, the same blocks come, each as soon as it is whole."""
        whole = written(SMALL)
        file = io.BytesIO(whole[: len(written([], finish=False))])
        reader = HoloReader(file)
        calls = 0

        def wait() -> bool:
            nonlocal calls
            calls += 1
            at = file.tell()
            file.seek(0, os.SEEK_END)
            file.write(whole[file.tell() : file.tell() + 7])
            file.seek(at)
            return True

        assert is_prefix(SMALL, list(reader.blocks(wait)))
        assert reader.finished
        assert calls >= (len(whole) - len(written([], finish=False))) // 7

    def test_giving_up(self) -> None:
        waits = iter([True, True, False])
        reader = HoloReader(io.BytesIO(written(SMALL, finish=False)))
        assert len(list(reader.blocks(lambda: next(waits)))) == 3
        assert not reader.finished
        assert next(waits, None) is None


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

    @pytest.mark.parametrize(("data", "reason"), [
        (b"", "not a .holo"), (b"HOL", "not a .holo"), (b"RIFF" + bytes(40), "not a .holo"),
        (b"HOLO\x02" + bytes(40), "version 2"), (b"HOLO\x03\0\0\0\x10", "ends within its header"),
    ])
    def test_other_files(self, data: bytes, reason: str) -> None:
        with pytest.raises(HoloFormatError, match=reason):
            HoloReader(io.BytesIO(data))


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
