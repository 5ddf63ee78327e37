"""Unsigned numbers of any size, 7 bits a byte: low ones first, all bytes but the last with the high bit set (LEB128).

Signed ones are folded: n becomes 2 n, and -n becomes 2 n - 1.
"""

from __future__ import annotations

from holostream.format.holo_error import HoloFormatError


def pack_number(value: int) -> bytes:
    """A number of 0 or more."""
    packed = bytearray()
    while value > 127:
        packed.append(value & 127 | 128)
        value >>= 7
    packed.append(value)
    return bytes(packed)


def pack_signed(value: int) -> bytes:
    """Any number."""
    return pack_number(2 * value if value >= 0 else -2 * value - 1)


class Cursor:
    """Reads a payload from its start. Everything raises HoloFormatError where the payload is too short."""

    def __init__(self, payload: bytes) -> None:
        self._payload, self._at = payload, 0

    @property
    def left(self) -> int:
        return len(self._payload) - self._at

    def byte(self) -> int:
        return self.bytes(1)[0]

    def bytes(self, count: int | None) -> bytes:
        """The next ones; None: all that are left."""
        end = len(self._payload) if count is None else self._at + count
        if end > len(self._payload):
            raise HoloFormatError("a block is too short for what it announces")
        part = self._payload[self._at : end]
        self._at = end
        return part

    def number(self) -> int:
        """Below 2^64; more is refused."""
        value = 0
        for shift in range(0, 70, 7):
            byte = self.byte()
            value |= (byte & 127) << shift
            if byte < 128:
                if value >> 64:
                    break
                return value
        raise HoloFormatError("a block holds a number that does not end")

    def signed(self) -> int:
        folded = self.number()
        return -(folded + 1) // 2 if folded & 1 else folded // 2
