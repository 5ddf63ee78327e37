"""The header of a `.holo`: what is packed is read, plain or deflated; anything else is refused in one sentence."""

from __future__ import annotations

import io
import json
import struct
import zlib

import pytest
from hypothesis import given
from hypothesis import strategies as st

from holostream.format.holo_error import HoloFormatError
from holostream.format.holo_header import HEAD, MAGIC, PLAIN, VERSION, HoloHeader, pack_header, read_header
from tests.dna_examples import HEADER


def sealed(packed: bytes) -> bytes:
    """With the checksum that fits."""
    return packed + struct.pack("<I", zlib.crc32(packed))


def read(data: bytes) -> HoloHeader:
    return read_header(io.BytesIO(data), "this file")


@given(size=st.integers(0, 400), length=st.integers(0, (1 << 48) - 1), title=st.text(max_size=40))
def test_what_is_packed_is_read(size: int, length: int, title: str) -> None:
    header = HoloHeader(**{**vars(HEADER), "original_length": length, "tags": {"title": title}, "tables": {"4": "0" * 16}})
    assert read(pack_header(header, size)) == header


def test_a_plain_description_is_read() -> None:
    description = json.dumps(vars(HEADER)).encode()
    assert read(sealed(HEAD.pack(MAGIC, VERSION, PLAIN, len(description)) + description)) == HEADER


@pytest.mark.parametrize("form", [2, 3, 255])
def test_an_unknown_form_is_refused(form: int) -> None:
    """Also where its bytes happen to read as a plain description."""
    description = json.dumps(vars(HEADER)).encode()
    with pytest.raises(HoloFormatError, match=f"form {form}.*install a newer"):
        read(sealed(HEAD.pack(MAGIC, VERSION, form, len(description)) + description))


@given(place=st.integers(0, 1 << 12), value=st.integers(0, 255), repaired=st.booleans())
def test_mutated_headers_are_read_or_refused(place: int, value: int, repaired: bool) -> None:
    """With the checksum repaired the checks behind it are reached."""
    packed = bytearray(pack_header(HEADER)[:-4])
    packed[place % len(packed)] = value
    data = sealed(bytes(packed)) if repaired else bytes(packed) + pack_header(HEADER)[-4:]
    told = ""
    try:
        assert read(data).rate >= 8000
    except HoloFormatError as error:
        told = str(error)
    assert len(told.splitlines()) <= 1
