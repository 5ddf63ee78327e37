"""OSC datagrams to messages and back, by python-osc; what is malformed is a ValueError and never anything else.

Bundles are taken apart here: python-osc goes round for ever in one whose sizes are negative. Time tags are not waited
for.
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


class Received(NamedTuple):
    """A message: its address, and its arguments as Python has them."""

    address: str
    arguments: tuple[Any, ...]


def read_osc(datagram: bytes) -> list[Received]:
    """The messages of a datagram, those of a bundle in their order. Raises ValueError."""
    return [_message(part) for part in _parts(datagram, 0)]


def _parts(packet: bytes, depth: int) -> Iterator[bytes]:
    if not packet.startswith(_BUNDLE):
        yield packet
        return
    if depth == _DEEPEST:
        raise ValueError(f"a bundle is nested more than {_DEEPEST} deep")
    place = _HEAD_BYTES
    while place < len(packet):
        size = struct.unpack(">i", packet[place : place + 4])[0] if place + 4 <= len(packet) else 0
        place += 4
        if size <= 0 or place + size > len(packet):
            raise ValueError("a bundle is cut off or its sizes are wrong")
        yield from _parts(packet[place : place + size], depth + 1)
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
        return Received(message.address, tuple(message.params))
    except (ParseError, ValueError, IndexError, struct.error) as error:
        raise ValueError("the message is cut off or malformed") from error


def write_osc(address: str, *arguments: float | str) -> bytes:
    """A message; numbers as 32-bit floats."""
    builder = OscMessageBuilder(address)
    for argument in arguments:
        builder.add_arg(argument, "s" if isinstance(argument, str) else "f")
    return builder.build().dgram
