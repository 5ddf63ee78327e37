"""A `.holo` made to do harm: nothing it announces is believed, and every refusal is a HoloFormatError."""

from __future__ import annotations

import io
import json
import struct
import tracemalloc
import zlib
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from holostream.format.holo_block import DnaBlock, unpack_dna_block
from holostream.format.holo_error import HoloFormatError
from holostream.format.holo_file import HoloReader
from holostream.format.holo_header import HoloHeader
from tests.dna_examples import HEADER, written

MEGABYTE = 1 << 20
def read(data: bytes) -> list[DnaBlock]:
    return list(HoloReader(io.BytesIO(data)).blocks())


def block_bytes(payload: bytes, kind: int = 1) -> bytes:
    """A block as the specification has it."""
    packed = b"\xc1HB" + (kind + 16 * len(payload)).to_bytes(3, "little") + payload
    return packed + struct.pack("<I", zlib.crc32(packed))


def frames_payload(
    hops: int = 1, lanes: int = 1, voices: int = 1, fade: tuple[int, int] = (0, 0), coding: int = 1,
    heads: tuple[tuple[int, int, int], ...] = ((4, 0, 1),), codes: bytes | None = None, first_hop: int = 0,
) -> bytes:
    """A payload of frames as the specification has it; every value can be wrong."""
    head = struct.pack("<qHBBBBBx", first_hop, hops, lanes, voices, *fade, coding)
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


class TestHostile:
    payloads = pytest.mark.parametrize(
        "payload",
        [
            b"",
            bytes(15),
            frames_payload(hops=0, codes=b""),
            frames_payload(hops=1025),
            frames_payload(lanes=0, codes=b""),
            frames_payload(lanes=3),
            frames_payload(voices=0, heads=()),
            frames_payload(voices=3, heads=((4, 0, 1),) * 3),
            frames_payload(voices=255),
            frames_payload(fade=(0, 8)),
            frames_payload(voices=2, heads=((4, 0, 1), (8, 0, 1))),
            frames_payload(voices=2, heads=((4, 0, 1), (8, 0, 1)), fade=(8, 8)),
            frames_payload(coding=2),
            frames_payload(heads=((5, 0, 1),)),
            frames_payload(heads=((4, 1025, 1),)),
            frames_payload(heads=((4, 1, 0),)),
            frames_payload(heads=((4, 0, 2),)),
            frames_payload(codes=bytes(8)),
            frames_payload(codes=bytes(10)),
            frames_payload()[:-8],
            frames_payload()[:24] + b"not zlib",
        ],
    )

    @payloads
    def test_payloads_that_do_not_fit(self, payload: bytes) -> None:
        with pytest.raises(HoloFormatError):
            unpack_dna_block(payload)

    def test_the_template_itself_is_legal(self) -> None:
        assert unpack_dna_block(frames_payload()).hops == 1
        assert (
            len(unpack_dna_block(frames_payload(voices=2, heads=((4, 0, 1), (8, 3, 1)), fade=(7, 8))).voices)
            == 2
        )

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
        with pytest.raises(HoloFormatError, match=r"this file is damaged at byte \d+: a "):
            read(written([], finish=False) + block_bytes(frames_payload()) + block_bytes(payload))

    def test_lanes_are_the_headers(self) -> None:
        with pytest.raises(HoloFormatError, match="lanes"):
            read(written([], finish=False) + block_bytes(frames_payload(lanes=2)))

    @pytest.mark.parametrize("size", [1 << 16, (1 << 16) + 1, 1 << 31, (1 << 32) - 1])
    def test_a_description_that_is_announced_too_long(self, size: int, tmp_path: Path) -> None:
        data = b"HOLO\x03\0\0\0" + struct.pack("<I", size) + b"{}"
        assert peak_memory_of_reading(data, tmp_path / "a.holo") < MEGABYTE

    def test_a_block_that_announces_more_than_there_is(self) -> None:
        data = written([], finish=False) + b"\xc1HB\xff\xff\xff" + bytes(100)
        reader = HoloReader(io.BytesIO(data))
        assert list(reader.blocks()) == []
        assert reader.torn_bytes == 106

    def test_a_block_that_announces_the_most_and_holds_nothing(self, tmp_path: Path) -> None:
        most = frames_payload(1024, 2, 2, heads=((256, 1024, 1),) * 2, codes=b"", fade=(0, 255))
        data = written([], HoloHeader("f", 48000, 128, 192, 2, {}), finish=False) + block_bytes(most)
        assert peak_memory_of_reading(data, tmp_path / "a.holo") < MEGABYTE

    def test_a_bomb_unpacks_no_further_than_announced(self, tmp_path: Path) -> None:
        packer = zlib.compressobj(9)
        bomb = b"".join(packer.compress(bytes(MEGABYTE)) for _ in range(300)) + packer.flush()
        payload = frames_payload()[:24] + bomb
        data = written([], finish=False) + block_bytes(payload)
        assert peak_memory_of_reading(data, tmp_path / "a.holo") < len(bomb) * 8 + MEGABYTE

    @pytest.mark.parametrize(
        "description",
        [
            b"",
            b"[]",
            b"null",
            b"{}",
            b"{",
            b"\xff",
            b"[" * 60_000,
            b'{"a":' * 9_000,
            b"9" * 50_000,
            json.dumps({**vars(HEADER), "lanes": 3}).encode(),
            json.dumps({**vars(HEADER), "lanes": True}).encode(),
            json.dumps({**vars(HEADER), "rate": 1e300}).encode(),
            json.dumps({**vars(HEADER), "hop": 0}).encode(),
            json.dumps({**vars(HEADER), "hop": 193}).encode(),
            json.dumps({**vars(HEADER), "models": []}).encode(),
            json.dumps({**vars(HEADER), "models": {"4": 1}}).encode(),
            json.dumps({**vars(HEADER), "tags": {"a": []}}).encode(),
            json.dumps({**vars(HEADER), "lead": -1}).encode(),
            json.dumps({**vars(HEADER), "original_length": -1}).encode(),
            json.dumps({**vars(HEADER), "original_channels": 65}).encode(),
            json.dumps({**vars(HEADER), "family": None}).encode(),
            json.dumps({**vars(HEADER), "original_rate": 10**6}).encode(),
        ],
    )
    def test_descriptions_that_cannot_be_used(self, description: bytes) -> None:
        packed = struct.pack("<4sB3xI", b"HOLO", 3, len(description)) + description
        with pytest.raises(HoloFormatError) as caught:
            HoloReader(io.BytesIO(packed + struct.pack("<I", zlib.crc32(packed))))
        assert "unusable header" in str(caught.value)
        assert len(str(caught.value).splitlines()) == 1

    def test_kinds_of_a_later_version_are_skipped(self) -> None:
        first, later, second = block_bytes(frames_payload()), block_bytes(b"later", kind=13), block_bytes(frames_payload(first_hop=1))
        assert len(read(written([], finish=False) + first + later + second)) == 2

    def test_keys_of_a_later_version_are_ignored(self) -> None:
        description = json.dumps({**vars(HEADER), "later": [1]}).encode()
        packed = struct.pack("<4sB3xI", b"HOLO", 3, len(description)) + description
        assert HoloReader(io.BytesIO(packed + struct.pack("<I", zlib.crc32(packed)))).header == HEADER
