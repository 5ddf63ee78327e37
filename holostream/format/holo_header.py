"""The header of a `.holo`: every fact needed to decode it, as a small JSON object. All numbers little-endian.

header   4  magic "HOLO"
         1  version, 3
         1  form of the description: 0 plain, 1 deflated
         2  zero
         4  n, bytes of the description (at most 65536)
         n  description: a JSON object in UTF-8, see `HoloHeader`, with spaces at its end; deflated: as a raw
            deflate stream with the preset dictionary DICTIONARY, with zeros at its end
         4  CRC-32 of all bytes before
"""

from __future__ import annotations

import json
import re
import struct
import zlib
from dataclasses import dataclass, field
from typing import BinaryIO

from holostream.format.holo_error import HoloFormatError

MAGIC, VERSION = b"HOLO", 3
PLAIN, DEFLATED = 0, 1
MAX_DESCRIPTION = 1 << 16
MAX_RATE, MAX_CHANNELS = 768_000, 64
"""Of the file that was encoded; of more channels 64 are stated."""
HEAD = struct.Struct("<4sBB2xI")
DICTIONARY = (
    b'"original_channels":2,"software":"holostream 0.1.0","tags":{"title":"","artist":"","comment":""},'
    b'"tables":{"4":"","8":"","16":"","32":"","128":"","256":"","64":""}}{"family":"48k-hop128","rate":48000,'
    b'"hop":128,"chunk":192,"lanes":2,"models":{"4":"","8":"","16":"","32":"","128":"","256":"","64":"'
    b'"},"lead":0,"original_rate":0,"original_length":0,"original_channels":0,"software":"holostream 0.1.0","tags":{},'
    b'"tables":{}},"lanes":1,"lead":64,"original_rate":44100,"original_rate":48000,"original_channels":1'
)
"""What most descriptions are made of. Part of the format: it never changes."""


@dataclass(frozen=True)
class HoloHeader:
    """Every fact needed to decode, and where the sound came from.

    `models` gives for each tier the first 16 hex digits of its checksum, `tables` the name of the entropy tables that
    its blocks need; a tier that is not among these has zlib blocks. `lead` samples at the start of the decoded
    sound precede the original. `original_rate` (Hz), `original_length` (samples at that rate) and `original_channels`
    are 0 for a live recording. `offset_kept`: its input was a recording's sound, whose offset is left as it is.
    """

    family: str
    rate: int
    hop: int
    chunk: int
    lanes: int
    models: dict[str, str]
    lead: int = 0
    original_rate: int = 0
    original_length: int = 0
    original_channels: int = 0
    software: str = ""
    tags: dict[str, str] = field(default_factory=dict)
    tables: dict[str, str] = field(default_factory=dict)
    offset_kept: bool = False


def pack_header(header: HoloHeader, size: int = 0) -> bytes:
    """The description fills `size` bytes if it is smaller. Raises ValueError if it is larger than one may be."""
    facts = {name: value for name, value in vars(header).items() if name != "offset_kept" or value}
    description = json.dumps(facts, ensure_ascii=False, separators=(",", ":")).encode("utf-8", "replace")
    if len(description) > MAX_DESCRIPTION:
        raise ValueError(
            f"the description takes {len(description)} bytes, at most {MAX_DESCRIPTION} fit; shorten the tags"
        )
    packer = zlib.compressobj(9, zlib.DEFLATED, -15, zdict=DICTIONARY)
    deflated = (packer.compress(description) + packer.flush()).ljust(size, b"\0")
    packed = HEAD.pack(MAGIC, VERSION, DEFLATED, len(deflated)) + deflated
    return packed + struct.pack("<I", zlib.crc32(packed))


def read_header(file: BinaryIO, name: str) -> HoloHeader:
    """From the start of a file, which `name` is called in errors. Raises HoloFormatError."""
    start = file.read(HEAD.size)
    if len(start) < 5 or start[:4] != MAGIC:
        raise HoloFormatError(f"{name} is not a .holo file: it does not begin with 'HOLO'")
    if start[4] == 2:
        raise HoloFormatError(f"{name} is a .holo of version 2, as HOLO-Audio writes it: decode it, and encode it again")
    if start[4] != VERSION:
        raise HoloFormatError(f"{name} is a .holo of version {start[4]}; this program reads version {VERSION}")
    if len(start) < HEAD.size:
        raise HoloFormatError(f"{name} ends within its header; nothing was recorded in it")
    _, _, form, size = HEAD.unpack(start)
    if size > MAX_DESCRIPTION:
        raise HoloFormatError(f"{name} announces a description of {size} bytes; at most {MAX_DESCRIPTION} are legal")
    description, check = file.read(size), file.read(4)
    if len(description) < size or len(check) < 4:
        raise HoloFormatError(f"{name} ends within its header; nothing was recorded in it")
    if struct.unpack("<I", check)[0] != zlib.crc32(start + description):
        raise HoloFormatError(f"{name} has a damaged header (its checksum does not fit)")
    if form not in (PLAIN, DEFLATED):
        raise HoloFormatError(
            f"{name} has a description of form {form}, which this version does not know; install a newer holostream"
        )
    try:
        return header_from_dict(json.loads(_inflated(description) if form == DEFLATED else description))
    except (ValueError, RecursionError, zlib.error) as error:
        raise HoloFormatError(f"{name} has an unusable header: {error}") from error


def _inflated(description: bytes) -> bytes:
    unpacker = zlib.decompressobj(-15, zdict=DICTIONARY)
    plain = unpacker.decompress(description, MAX_DESCRIPTION + 1)
    if len(plain) > MAX_DESCRIPTION or not unpacker.eof:
        raise ValueError("its description does not end where it should")
    return plain


def header_from_dict(values: object) -> HoloHeader:
    """Checked description. Unknown keys are ignored (a later writer may add some). Raises ValueError."""
    if not isinstance(values, dict):
        raise ValueError("the description is not an object")
    required = {"family": str, "rate": int, "hop": int, "chunk": int, "lanes": int, "models": dict}
    optional = {
        "lead": int,
        "original_rate": int,
        "original_length": int,
        "original_channels": int,
        "software": str,
        "tags": dict,
        "tables": dict,
        "offset_kept": bool,
    }
    for name, kind in {**required, **optional}.items():
        if name not in values and name in required:
            raise ValueError(f"{name} is missing")
        if name in values and type(values[name]) is not kind:
            raise ValueError(f"{name} is {values[name]!r}")
    for mapping in ("models", "tags", "tables"):
        if not all(isinstance(value, str) for value in values.get(mapping, {}).values()):
            raise ValueError(f"{mapping} is not text by name")
    for digest in values.get("tables", {}).values():
        if not re.fullmatch("[0-9a-f]{16}", digest):
            raise ValueError(f"tables names {digest!r}")
    header = HoloHeader(**{name: values[name] for name in (*required, *optional) if name in values})
    in_range = (
        header.lanes in (1, 2)
        and 8000 <= header.rate <= 192000
        and 1 <= header.hop <= header.chunk <= 1 << 17
        and 0 <= header.lead <= 1 << 17
        and 0 <= header.original_rate <= MAX_RATE
        and 0 <= header.original_length < 1 << 48
        and 0 <= header.original_channels <= MAX_CHANNELS
    )
    if not in_range:
        raise ValueError("a size in the description is out of range")
    return header
