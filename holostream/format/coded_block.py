"""The block of `holo_block` with entropy-coded codes and next to nothing beside them. It decodes without any other.

    payload  1  flags: 1 two lanes, 2 two voices
             v  hops (1 to 1024)
             v  first hop: time in hops since the session began, as 2 * hop, or -2 * hop - 1 if negative
             with two voices
               1  fade: how many hops the fade had run before the first hop
               1  fade: hops it takes in all
             then for each voice
               1  tier (0: 4 harmonics, 1: 8, ... 6: 256); + 8: it starts from silence; + 16: preroll follows
               v  preroll, if announced (with the hops at most 1024)
               v  n, bytes of its codes, unless it is the last voice
               n  codes of preroll and hops, see `entropy_coding`; of the last voice: the rest of the payload

v is an unsigned number, 7 bits a byte, low ones first, all bytes but the last with the high bit set.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping

from holostream.codec.dna import Dna
from holostream.codec.tier import TIERS
from holostream.format.entropy_coding import MAX_FRAMES, decode_codes, encode_codes
from holostream.format.entropy_tables import EntropyTables
from holostream.format.holo_block import DnaBlock, VoiceRun
from holostream.format.holo_error import HoloFormatError

TWO_LANES, TWO_VOICES = 1, 2
STARTS, PREROLL = 8, 16


def can_be_coded(block: DnaBlock, tables: Mapping[int, EntropyTables]) -> bool:
    """Whether there are tables for all its voices and it is short enough."""
    return all(voice.dna.harmonics in tables and voice.dna.frames <= MAX_FRAMES for voice in block.voices)


def pack_coded_block(block: DnaBlock, tables: Mapping[int, EntropyTables]) -> bytes:
    """The payload of a block that `can_be_coded`."""
    two_lanes, two_voices = block.voices[0].dna.lanes == 2, len(block.voices) == 2
    packed = bytes([TWO_LANES * two_lanes + TWO_VOICES * two_voices])
    packed += _number(block.hops) + _number(2 * block.first_hop if block.first_hop >= 0 else -2 * block.first_hop - 1)
    if two_voices:
        packed += bytes([block.fade_first, block.fade_hops])
    for place, voice in enumerate(block.voices):
        head = TIERS.index(voice.dna.harmonics) + STARTS * voice.starts + PREROLL * bool(voice.preroll)
        codes = encode_codes(voice.dna, tables[voice.dna.harmonics])
        packed += bytes([head]) + (_number(voice.preroll) if voice.preroll else b"")
        packed += codes if place == len(block.voices) - 1 else _number(len(codes)) + codes
    return packed


def unpack_coded_block(payload: bytes, tables: Callable[[int], EntropyTables]) -> DnaBlock:
    """The inverse of `pack_coded_block`; `tables` gives a tier's. Raises HoloFormatError, or what `tables` raises."""
    cursor = _Cursor(payload)
    flags, hops, zigzag = cursor.byte(), cursor.number(), cursor.number()
    first_hop = -(zigzag + 1) // 2 if zigzag & 1 else zigzag // 2
    lanes, voice_count = 1 + (flags & TWO_LANES), 1 + bool(flags & TWO_VOICES)
    fade_first, fade_hops = (cursor.byte(), cursor.byte()) if voice_count == 2 else (0, 0)
    faded = voice_count == 1 or fade_first + hops <= fade_hops
    if flags > TWO_LANES + TWO_VOICES or not 1 <= hops <= MAX_FRAMES or not faded or zigzag >= 1 << 64:
        raise HoloFormatError(f"a block announces flags {flags}, {hops} hops, fade {fade_first}/{fade_hops}")
    voices = []
    for place in range(voice_count):
        head = cursor.byte()
        preroll = cursor.number() if head & PREROLL else 0
        tier, starts = head & 7, bool(head & STARTS)
        legal = head < 2 * PREROLL and tier < len(TIERS) and (starts or not head & PREROLL)
        if not legal or preroll + hops > MAX_FRAMES or bool(preroll) != bool(head & PREROLL):
            raise HoloFormatError(f"a voice announces {head}, {preroll} frames of preroll")
        codes = cursor.bytes(None if place == voice_count - 1 else cursor.number())
        dna: Dna = decode_codes(codes, lanes, preroll + hops, tables(TIERS[tier]))
        voices.append(VoiceRun(starts, preroll, dna))
    return DnaBlock(first_hop, hops, tuple(voices), fade_first, fade_hops)


def _number(value: int) -> bytes:
    packed = bytearray()
    while value > 127:
        packed.append(value & 127 | 128)
        value >>= 7
    packed.append(value)
    return bytes(packed)


class _Cursor:
    """Reads a payload from its start."""

    def __init__(self, payload: bytes) -> None:
        self._payload, self._at = payload, 0

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
        value = 0
        for shift in range(0, 70, 7):
            byte = self.byte()
            value |= (byte & 127) << shift
            if byte < 128:
                return value
        raise HoloFormatError("a block holds a number that does not end")
