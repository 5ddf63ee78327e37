"""One block of a `.holo`: consecutive hops heard with the same voices. All numbers little-endian.

This layout needs no entropy tables; files of tiers that have some are written with `coded_block` instead.

    frames   8  first hop, signed: time in hops since the session began
    payload  2  hops (1 to 1024)
             1  lanes (1 or 2)
             1  voices (1 or 2)
             1  fade: how many hops the fade had run before the first hop
             1  fade: hops it takes in all (two voices, outgoing first; 0: one voice, or a morph of two)
             1  coding: 1 = zlib
             1  zero
             then for each voice
             2    harmonics
             2    preroll: frames before the first hop, run but not heard (at most 1024)
             1    1: the voice starts from silence with this block's first frame; 0: it goes on from the block before
             3    zero
             then coded: of a morph, hops + 1 levels of the second voice in 255ths, one byte each: at the beginning of the
             first hop and at the end of every hop; for each voice its gains (lanes x frames), amplitudes and phases (lanes x frames x harmonics
             each), one byte a code; frames = preroll + hops

A voice is one tier's uninterrupted run. Decoding a block runs each voice's frames through the tier's vocoder and
overlap-add, drops the preroll, and mixes two voices with the weights of `codec.tier_fade`: a raised cosine in a fade,
straight lines between the levels in a morph.
"""

from __future__ import annotations

import struct
import zlib
from dataclasses import dataclass

import numpy as np

from holostream.codec.dna import Dna, silence
from holostream.codec.tier import TIERS
from holostream.format.holo_error import HoloFormatError

CODING_ZLIB = 1
MAX_HOPS = 1024
_FRAMES, _VOICE = struct.Struct("<qHBBBBBx"), struct.Struct("<HHB3x")


@dataclass(frozen=True)
class VoiceRun:
    """A voice in one block: `preroll` unheard frames, then one frame for every hop of the block."""

    starts: bool
    preroll: int
    dna: Dna


@dataclass(frozen=True)
class DnaBlock:
    """Consecutive hops heard with the same voices. With two, the second fades in, `fade_first` of `fade_hops` done; or, if
    there are `levels`, hops + 1 of them in 255ths, it is mixed in by those: a morph."""

    first_hop: int
    hops: int
    voices: tuple[VoiceRun, ...]
    fade_first: int = 0
    fade_hops: int = 0
    levels: bytes = b""


def silent_block(first_hop: int, lanes: int, harmonics: int) -> DnaBlock:
    """One hop of silence."""
    return DnaBlock(first_hop, 1, (VoiceRun(True, 0, silence(lanes, 1, harmonics)),))


def pack_dna_block(block: DnaBlock) -> bytes:
    """The payload of one block of frames."""
    head = _FRAMES.pack(
        block.first_hop,
        block.hops,
        block.voices[0].dna.lanes,
        len(block.voices),
        block.fade_first,
        block.fade_hops,
        CODING_ZLIB,
    )
    for voice in block.voices:
        head += _VOICE.pack(voice.dna.harmonics, voice.preroll, voice.starts)
    codes = block.levels + b"".join(
        part.tobytes() for voice in block.voices for part in (voice.dna.gains, voice.dna.amplitudes, voice.dna.phases)
    )
    return head + zlib.compress(codes, 6)


def unpack_dna_block(payload: bytes) -> DnaBlock:
    """The inverse of `pack_dna_block`, of the payload alone. Raises HoloFormatError; allocates no unchecked size."""
    try:
        first_hop, hops, lanes, voice_count, fade_first, fade_hops, coding = _FRAMES.unpack_from(payload)
        heads = [_VOICE.unpack_from(payload, _FRAMES.size + i * _VOICE.size) for i in range(voice_count)]
    except struct.error as error:
        raise HoloFormatError("a block is too short for what it announces") from error
    faded = voice_count == 2 and fade_first + hops <= fade_hops
    steady = voice_count in (1, 2) and fade_first == fade_hops == 0
    if not 1 <= hops <= MAX_HOPS or lanes not in (1, 2) or not (faded or steady):
        raise HoloFormatError(
            f"a block announces {hops} hops, {lanes} lanes, {voice_count} voices, fade {fade_first}/{fade_hops}"
        )
    if coding != CODING_ZLIB:
        raise HoloFormatError(
            f"a block has coding {coding}, which this version does not know; install a newer holostream"
        )
    sizes, levels = [], hops + 1 if voice_count == 2 and not fade_hops else 0
    for harmonics, preroll, starts in heads:
        if harmonics not in TIERS or preroll > MAX_HOPS or starts > 1 or (preroll and not starts):
            raise HoloFormatError(f"a voice announces {harmonics} harmonics, {preroll} frames of preroll")
        sizes.append(lanes * (preroll + hops) * (1 + 2 * harmonics))
    unpacker = zlib.decompressobj()
    try:
        codes = unpacker.decompress(payload[_FRAMES.size + voice_count * _VOICE.size :], levels + sum(sizes) + 1)
    except zlib.error as error:
        raise HoloFormatError("a block's codes cannot be unpacked") from error
    if len(codes) != levels + sum(sizes):
        raise HoloFormatError(f"a block holds {len(codes)} codes where {levels + sum(sizes)} are announced")
    voices, at = [], levels
    for (harmonics, preroll, starts), size in zip(heads, sizes, strict=True):
        frames = preroll + hops
        values = np.frombuffer(codes, np.uint8, size, at)
        gains, rest = values[: lanes * frames], values[lanes * frames :]
        amplitudes, phases = rest.reshape(2, lanes, frames, harmonics)
        voices.append(VoiceRun(bool(starts), preroll, Dna(gains.reshape(lanes, frames), amplitudes, phases)))
        at += size
    return DnaBlock(first_hop, hops, tuple(voices), fade_first, fade_hops, codes[:levels])


def packed_head(payload: bytes) -> tuple[int, int, int]:
    """(first hop, hops, lanes) of a payload, without decoding it. Raises HoloFormatError."""
    if len(payload) < _FRAMES.size:
        raise HoloFormatError("a block is too short for what it announces")
    return _FRAMES.unpack_from(payload)[:3]
