"""The block of `holo_block` with entropy-coded codes and next to nothing beside them. It decodes without any other.

    payload  1  head of the first voice; + 1: two lanes; + 2: two voices; + 128: hops follow
             s  first hop: time in hops since the session began
             v  hops (1 to 1024), if announced, else 384
             with two voices
               1  fade: how many hops the fade had run before the first hop
               1  fade: hops it takes in all; 0: none, but a morph, whose levels follow
               (v count, 1 level in 255ths) until there are hops + 1 levels of the second voice: at the beginning of the
               first hop and at the end of every hop
             then for each voice, the outgoing one first
               1  head, of the second voice only
               v  preroll, if announced (with the hops at most 1024)
               v  n, bytes of its codes, unless it is the last voice
               n  codes of preroll and hops, see `entropy_coding`; of the last voice: the rest of the payload

    head     4 times the tier (0: 4 harmonics, 1: 8, ... 6: 256); + 32: it starts from silence; + 64: preroll follows

v and s are numbers as in `varint`, s signed.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from itertools import groupby

from holostream.codec.dna import silence
from holostream.codec.tier import TIERS
from holostream.format.entropy_coding import MAX_FRAMES, decode_codes, encode_codes
from holostream.format.entropy_tables import EntropyTables
from holostream.format.holo_block import DnaBlock, VoiceRun
from holostream.format.holo_error import HoloFormatError
from holostream.format.varint import Cursor, pack_number, pack_signed

TWO_LANES, TWO_VOICES, STARTS, PREROLL, HOP_COUNT = 1, 2, 32, 64, 128
FULL_HOPS = 384
"""Hops of a block that need not be said: 1.024 s at 48 kHz."""
HEAVY = 128
"""Harmonics from which on a full block takes a reader long, some 14 ms here."""


def full_hops(harmonics: int) -> int:
    """Hops of a full block with so many harmonics heard at once, of all lanes and voices: the heavier, the fewer, for a
    block is decoded whole wherever in it a reader wants to be."""
    return min(FULL_HOPS, FULL_HOPS * HEAVY // harmonics)


def can_be_coded(block: DnaBlock, tables: Mapping[int, EntropyTables]) -> bool:
    """Whether there are tables for all its voices and it is short enough."""
    return all(voice.dna.harmonics in tables and voice.dna.frames <= MAX_FRAMES for voice in block.voices)


def pack_coded_block(block: DnaBlock, tables: Mapping[int, EntropyTables]) -> bytes:
    """The payload of a block that `can_be_coded`."""
    head = TWO_LANES * (block.voices[0].dna.lanes == 2) + TWO_VOICES * (len(block.voices) == 2)
    head += HOP_COUNT * (block.hops != FULL_HOPS) + _voice_head(block.voices[0])
    packed = bytes([head]) + pack_signed(block.first_hop)
    packed += pack_number(block.hops) if head & HOP_COUNT else b""
    if head & TWO_VOICES:
        packed += bytes([block.fade_first, block.fade_hops]) + _pack_levels(block.levels)
    for place, voice in enumerate(block.voices):
        codes = encode_codes(voice.dna, tables[voice.dna.harmonics])
        packed += bytes([_voice_head(voice)]) if place else b""
        packed += pack_number(voice.preroll) if voice.preroll else b""
        packed += codes if place == len(block.voices) - 1 else pack_number(len(codes)) + codes
    return packed


def _voice_head(voice: VoiceRun) -> int:
    return 4 * TIERS.index(voice.dna.harmonics) + STARTS * voice.starts + PREROLL * bool(voice.preroll)


def unpack_coded_block(payload: bytes, tables: Callable[[int], EntropyTables] | None) -> DnaBlock:
    """The inverse of `pack_coded_block`; `tables` gives a tier's. None: codes are not looked at, and silence stands for them.

    Raises HoloFormatError, or what `tables` raises.
    """
    cursor = Cursor(payload)
    head, first_hop, hops, fade_first, fade_hops = _heads(cursor)
    levels = _levels(cursor, hops + 1) if head & TWO_VOICES and not fade_hops else b""
    lanes, voice_count = 1 + (head & TWO_LANES), 2 if head & TWO_VOICES else 1
    voices = []
    for place in range(voice_count):
        own = cursor.byte() if place else head & ~(TWO_LANES | TWO_VOICES | HOP_COUNT)
        preroll = cursor.number() if own & PREROLL else 0
        tier, starts = own >> 2 & 7, bool(own & STARTS)
        legal = not own & (TWO_LANES | TWO_VOICES | HOP_COUNT) and tier < len(TIERS) and (starts or not own & PREROLL)
        if not legal or preroll + hops > MAX_FRAMES or bool(preroll) != bool(own & PREROLL):
            raise HoloFormatError(f"a voice announces {own}, {preroll} frames of preroll")
        codes = cursor.bytes(None if place == voice_count - 1 else cursor.number())
        frames, harmonics = preroll + hops, TIERS[tier]
        dna = silence(lanes, frames, harmonics) if tables is None else decode_codes(codes, lanes, frames, tables(harmonics))
        voices.append(VoiceRun(starts, preroll, dna))
    return DnaBlock(first_hop, hops, tuple(voices), fade_first, fade_hops, levels)


def _pack_levels(levels: bytes) -> bytes:
    return b"".join(pack_number(len(list(run))) + bytes([level]) for level, run in groupby(levels))


def _levels(cursor: Cursor, count: int) -> bytes:
    levels = b""
    while len(levels) < count:
        run, level = cursor.number(), cursor.byte()
        if not 1 <= run <= count - len(levels):
            raise HoloFormatError(f"a morph announces {run} levels where {count - len(levels)} are due")
        levels += bytes([level]) * run
    return levels


def coded_head(payload: bytes) -> tuple[int, int, int]:
    """(first hop, hops, lanes) of a payload, without decoding it. Raises HoloFormatError."""
    head, first_hop, hops, _, _ = _heads(Cursor(payload))
    return first_hop, hops, 1 + (head & TWO_LANES)


def _heads(cursor: Cursor) -> tuple[int, int, int, int, int]:
    head, first_hop = cursor.byte(), cursor.signed()
    hops = cursor.number() if head & HOP_COUNT else FULL_HOPS
    fade_first, fade_hops = (cursor.byte(), cursor.byte()) if head & TWO_VOICES else (0, 0)
    morph = fade_first == fade_hops == 0
    if not 1 <= hops <= MAX_FRAMES or (head & TWO_VOICES and not morph and fade_first + hops > fade_hops):
        raise HoloFormatError(f"a block announces {hops} hops, fade {fade_first}/{fade_hops}")
    return head, first_hop, hops, fade_first, fade_hops
