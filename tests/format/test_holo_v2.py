"""Version 2: the bytes as its specification has them, and nothing that they announce is believed."""

from __future__ import annotations

import io
import struct
import tracemalloc
import zlib
from pathlib import Path

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from holostream.codec.tier import TIERS
from holostream.format.holo_error import HoloFormatError
from holostream.format.holo_v2 import HoloV2Header, HoloV2Reader, HoloV2Writer, is_version_2, pack_header

GOLDEN = Path(__file__).resolve().parents[1] / "golden" / "holo_audio_v2.holo"
BY_HAND = bytes.fromhex(
    "484F4C4F"  # HOLO
    "02"  # version
    "04000000"  # 4 harmonics
    "44AC0000"  # 44100 Hz
    "000080BF"  # smallest: -1.0
    "0000C03F"  # largest: 1.5
    "02000000"  # 2 chunks
    "08000000"  # 8 values each
    "7801"  # zlib
    "01" "1000" "EFFF"  # last block, stored, 16 bytes
    "0001020304050607" "08090A0B0C0D0E0F"  # the codes
    "02B80079"  # Adler-32
)  # fmt: skip
CODES = np.arange(16, dtype=np.uint8).reshape(2, 8)
HEADER = HoloV2Header(4, 44100, -1.0, 1.5, 2)


def read(data: bytes) -> tuple[HoloV2Header, np.ndarray]:
    reader = HoloV2Reader(io.BytesIO(data), len(data))
    return reader.header, np.concatenate([np.zeros((0, reader.header.values), np.uint8), *reader.codes()])


def written(header: HoloV2Header, *pieces: np.ndarray) -> bytes:
    file = io.BytesIO()
    writer = HoloV2Writer(file, header)
    for piece in pieces:
        writer.write(piece)
    writer.finish()
    return file.getvalue()


def spoiled(
    magic: bytes = b"HOLO", version: int = 2, harmonics: int = 4, rate: int = 44100, smallest: float = -1.0,
    largest: float = 1.5, chunks: int = 2, values: int = 8, payload: bytes | None = None,
) -> bytes:  # fmt: skip
    """A file as the specification has it; every value can be wrong."""
    head = struct.pack("<4sBIIffII", magic, version, harmonics, rate, smallest, largest, chunks, values)
    return head + (zlib.compress(bytes(16)) if payload is None else payload)


def refusal(data: bytes) -> str:
    with pytest.raises(HoloFormatError) as caught:
        read(data)
    sentence = str(caught.value)
    assert sentence.startswith("this file ")
    assert len(sentence.splitlines()) == 1
    return sentence


def test_the_golden_file_is_the_one_built_by_hand():
    assert GOLDEN.read_bytes() == BY_HAND
    header, codes = read(BY_HAND)
    assert header == HEADER
    assert np.array_equal(codes, CODES)


def test_what_is_written_is_exact():
    assert pack_header(HEADER) == BY_HAND[:29]
    data = written(HEADER, CODES[:1], CODES[1:])
    assert data == BY_HAND[:29] + zlib.compress(CODES.tobytes())
    assert read(data)[0] == HEADER
    assert np.array_equal(read(data)[1], CODES)


@settings(deadline=None)
@given(st.sampled_from(TIERS), st.integers(0, 300), st.integers(1, 40), st.randoms(use_true_random=False))
def test_round_trip_in_pieces_of_any_size(harmonics: int, chunks: int, most: int, random):
    codes = np.frombuffer(random.randbytes(chunks * 2 * harmonics), np.uint8).reshape(chunks, 2 * harmonics) // 40
    header = HoloV2Header(harmonics, 44100, -2.0, 2.5, chunks)
    data = written(header, codes[: chunks // 3], codes[chunks // 3 :])
    reader = HoloV2Reader(io.BytesIO(data), len(data))
    pieces = list(reader.codes(most))
    assert reader.header == header
    assert all(len(piece) == most for piece in pieces[:-1])
    assert np.array_equal(np.concatenate([codes[:0], *pieces]), codes)


def test_a_constant_file_unpacks_to_a_thousand_times_its_size():
    header = HoloV2Header(256, 44100, 0.0, 0.0, 3000)
    codes = np.full((3000, 512), 7, np.uint8)
    data = written(header, codes)
    assert len(data) < 3000
    assert np.array_equal(read(data)[1], codes)


@pytest.mark.parametrize(
    ("changes", "told"),
    [
        ({"magic": b"RIFF"}, "does not begin with 'HOLO'"),
        ({"version": 3}, "not a .holo of version 2"),
        ({"harmonics": 5}, "5 harmonics"),
        ({"harmonics": 0, "values": 0}, "0 harmonics"),
        ({"harmonics": 2**31, "values": 0}, "2147483648 harmonics"),
        ({"values": 9}, "9 values a chunk; 4 harmonics have 8"),
        ({"values": 2**32 - 1}, "4294967295 values"),
        ({"rate": 0}, "0 Hz"),
        ({"rate": 2**32 - 1}, "4294967295 Hz"),
        ({"smallest": float("nan")}, "no range"),
        ({"largest": float("nan")}, "no range"),
        ({"largest": float("inf")}, "no range"),
        ({"smallest": float("-inf")}, "no range"),
        ({"smallest": 2.0}, "from 2.0 to 1.5"),
        ({"largest": 3e38}, "at most 1e+06"),
        ({"chunks": 2**32 - 1}, "more than its"),
        ({"chunks": 3}, "8 of its codes"),
        ({"chunks": 1}, "more codes than it announces"),
        ({"chunks": 0}, "more codes than it announces"),
        ({"payload": b""}, "more than its 0 bytes"),
        ({"payload": b"no zlib stream"}, "cannot be unpacked"),
        ({"payload": zlib.compress(bytes(16))[:-1]}, "cut off"),
        ({"payload": zlib.compress(bytes(16))[:-4] + bytes(4)}, "cannot be unpacked"),
    ],
)
def test_wrong_values(changes: dict, told: str):
    assert told in refusal(spoiled(**changes))


def test_the_template_itself_is_legal_and_so_are_equal_ends():
    assert not read(spoiled())[1].any()
    assert read(spoiled(smallest=1.5))[0].smallest == 1.5


@pytest.mark.parametrize("size", range(0, 29, 4))
def test_a_header_that_ends_early(size: int):
    refusal(BY_HAND[:size])


def test_a_bomb_is_not_unpacked(tmp_path: Path):
    packer = zlib.compressobj(9)
    bomb = b"".join(packer.compress(bytes(1 << 20)) for _ in range(200)) + packer.flush()
    for chunks in (2, 4_000_000):
        data = spoiled(chunks=chunks, payload=bomb)
        tracemalloc.start()
        try:
            reader = HoloV2Reader(io.BytesIO(data), len(data))
            with pytest.raises(HoloFormatError):
                for _ in reader.codes():
                    pass
            assert tracemalloc.get_traced_memory()[1] < (1 << 20) + 2 * len(data)
        finally:
            tracemalloc.stop()


@settings(max_examples=300, deadline=None)
@given(st.lists(st.tuples(st.integers(0, len(BY_HAND) - 1), st.integers(0, 255)), max_size=4), st.integers(0, 60))
def test_changed_and_cut_bytes(changes: list[tuple[int, int]], cut: int):
    data = bytearray(BY_HAND)
    for place, value in changes:
        data[place] = value
    if cut < len(data):
        del data[len(data) - cut :]
    try:
        header, codes = read(bytes(data))
    except HoloFormatError:
        return
    assert codes.shape == (header.chunks, header.values)


@settings(max_examples=200, deadline=None)
@given(st.binary(max_size=100))
def test_any_bytes(data: bytes):
    for bytes_of_file in (data, BY_HAND[:29] + data):
        try:
            read(bytes_of_file)
        except HoloFormatError:
            continue
        assert bytes_of_file[:5] == b"HOLO\x02"


def test_what_does_not_fit_cannot_be_written():
    with pytest.raises(ValueError, match="does not fit"):
        pack_header(HoloV2Header(4, 2**32, 0.0, 1.0, 1))
    with pytest.raises(ValueError, match="does not fit"):
        pack_header(HoloV2Header(4, 44100, 0.0, 1e39, 1))
    writer = HoloV2Writer(io.BytesIO(), HEADER)
    with pytest.raises(ValueError, match="expected 8 bytes"):
        writer.write(np.zeros((1, 9), np.uint8))
    with pytest.raises(ValueError, match="0 chunks were written where the header says 2"):
        writer.finish()


def test_which_version(tmp_path: Path):
    for content, answer in ((BY_HAND, True), (b"HOLO\x03", False), (b"", False), (b"RIFF\x02", False)):
        (tmp_path / "file").write_bytes(content)
        assert is_version_2(tmp_path / "file") is answer
    (tmp_path / "file").write_bytes(b"HOLO\x01" + bytes(50))
    with pytest.raises(HoloFormatError, match="version 1, which was never documented"):
        is_version_2(tmp_path / "file")
