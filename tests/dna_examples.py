"""Made-up DNA, blocks and headers for tests of formats and replay."""

from __future__ import annotations

import io

import numpy as np
from hypothesis import strategies as st

from holostream.codec.dna import Dna
from holostream.format.holo_block import DnaBlock, VoiceRun
from holostream.format.holo_file import HoloWriter
from holostream.format.holo_header import HoloHeader

HEADER = HoloHeader("48k-hop128", 48000, 128, 192, 1, {"4": "00" * 8, "64": "ab" * 8})


def random_dna(lanes: int, frames: int, harmonics: int, seed: int) -> Dna:
    random = np.random.default_rng(seed)
    return Dna(
        random.integers(0, 64, (lanes, frames), np.uint8),
        random.integers(0, 4, (lanes, frames, harmonics), np.uint8),
        random.integers(0, 9, (lanes, frames, harmonics), np.uint8),
    )


@st.composite
def voice_runs(draw: st.DrawFn, lanes: int, hops: int) -> VoiceRun:
    starts = draw(st.booleans())
    preroll = draw(st.integers(0, 40)) if starts else 0
    harmonics = draw(st.sampled_from((4, 8, 16, 64)))
    return VoiceRun(starts, preroll, random_dna(lanes, preroll + hops, harmonics, draw(st.integers(0, 99))))


@st.composite
def dna_blocks(draw: st.DrawFn, lanes: int = 1) -> DnaBlock:
    """Any block that is legal by itself."""
    hops, first_hop = draw(st.integers(1, 12)), draw(st.integers(-(2**63), 2**63 - 1))
    first = draw(voice_runs(lanes, hops))
    if draw(st.booleans()):
        return DnaBlock(first_hop, hops, (first,))
    if draw(st.booleans()):
        levels = draw(st.lists(st.integers(0, 255), min_size=hops + 1, max_size=hops + 1))
        return DnaBlock(first_hop, hops, (first, draw(voice_runs(lanes, hops))), levels=bytes(levels))
    fade_first = draw(st.integers(0, 200))
    fade_hops = draw(st.integers(fade_first + hops, 255))
    return DnaBlock(first_hop, hops, (first, draw(voice_runs(lanes, hops))), fade_first, fade_hops)


def equal_blocks(a: DnaBlock, b: DnaBlock) -> bool:
    def facts(block: DnaBlock) -> tuple:
        voices = tuple((voice.starts, voice.preroll) for voice in block.voices)
        return block.first_hop, block.hops, block.fade_first, block.fade_hops, block.levels, voices

    return facts(a) == facts(b) and all(
        x.dna.equals(y.dna) for x, y in zip(a.voices, b.voices, strict=True))


def written(blocks: list[DnaBlock], header: HoloHeader = HEADER, finish: bool = True) -> bytes:
    """A `.holo` of these blocks; `finish`: properly closed."""
    file = io.BytesIO()
    writer = HoloWriter(file, header)
    for block in blocks:
        writer.write(block)
    if finish:
        writer.finish()
    assert writer.bytes == len(file.getvalue())
    return file.getvalue()
