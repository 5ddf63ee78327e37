"""OSC datagrams to messages and back, by python-osc; what is malformed is a ValueError and never anything else.

Bundles are taken apart here: python-osc goes round for ever in one whose sizes are negative.
"""

from __future__ import annotations

import struct
from collections.abc import Iterator
from typing import Any, NamedTuple

from pythonosc.osc_message import OscMessage, ParseError
from pythonosc.osc_message_builder import OscMessageBuilder

_BUNDLE, _HEAD_BYTES = b"#bundle\0", 16
_DEEPEST = 4
_TYPES = b",ihfdsTFN"
"""Numbers, texts, true, false and nothing."""
_BYTES = {"i": 4, "f": 4, "h": 8, "d": 8}
"""Of a value; a text's is counted, the others have none."""
_AT_ONCE = 1
"""As a time tag."""
_UNIX_ERA = 2_208_988_800
"""Seconds from 1900, where time tags begin, to 1970."""


class Received(NamedTuple):
    """A message: its address, its arguments as Python has them, and for when its bundle is, as `time.time` counts; None: now."""

    address: str
    arguments: tuple[Any, ...]
    when: float | None = None


def read_osc(datagram: bytes) -> list[Received]:
    """The messages of a datagram, those of a bundle in their order. Raises ValueError."""
    return [_message(part)._replace(when=when) for part, when in _parts(datagram, None, 0)]


def _parts(packet: bytes, when: float | None, depth: int) -> Iterator[tuple[bytes, float | None]]:
    if not packet.startswith(_BUNDLE):
        yield packet, when
        return
    if depth == _DEEPEST:
        raise ValueError(f"a bundle is nested more than {_DEEPEST} deep")
    if len(packet) < _HEAD_BYTES:
        raise ValueError("a bundle is cut off or its sizes are wrong")
    tag = int.from_bytes(packet[len(_BUNDLE) : _HEAD_BYTES], "big")
    own = None if tag <= _AT_ONCE else tag / 2**32 - _UNIX_ERA
    place = _HEAD_BYTES
    while place < len(packet):
        size = struct.unpack(">i", packet[place : place + 4])[0] if place + 4 <= len(packet) else 0
        place += 4
        if size <= 0 or place + size > len(packet):
            raise ValueError("a bundle is cut off or its sizes are wrong")
        yield from _parts(packet[place : place + size], own, depth + 1)
        place += size


def _message(packet: bytes) -> Received:
    if not packet.startswith(b"/"):
        raise ValueError("this is no OSC: a message begins with a '/'")
    address_end = packet.find(b"\0")
    tags_at = (address_end // 4 + 1) * 4
    tags = packet[tags_at : max(packet.find(b"\0", tags_at), 0)] if address_end > 0 else b""
    if len(packet) % 4 or address_end < 0 or not set(tags) <= set(_TYPES):
        raise ValueError("a value is neither a number nor a text nor true or false, or the message is cut off")
    try:
        message = OscMessage(packet)
        values = tuple(message.params)
        # python-osc takes missing bytes of a float for zeros.
        arguments = zip(tags[1:].decode(), values, strict=False)
        size = sum((len(str(value).encode()) // 4 + 1) * 4 if tag == "s" else _BYTES.get(tag, 0) for tag, value in arguments)
        if tags and tags_at + (len(tags) // 4 + 1) * 4 + size > len(packet):
            raise ValueError("a value is missing")
        return Received(message.address, values)
    except (ParseError, ValueError, IndexError, struct.error) as error:
        raise ValueError("the message is cut off or malformed") from error


def write_osc(address: str, *arguments: float | str) -> bytes:
    """A message; numbers as 32-bit floats."""
    builder = OscMessageBuilder(address)
    for argument in arguments:
        builder.add_arg(argument, "s" if isinstance(argument, str) else "f")
    return builder.build().dgram
