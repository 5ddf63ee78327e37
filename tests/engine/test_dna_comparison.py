"""DNA made again against DNA recorded."""

from __future__ import annotations

from holostream.codec.dna import join
from holostream.codec.dna_ring import HEARD, PRIMING, RingFrame
from holostream.engine.dna_comparison import DnaComparison
from holostream.format.holo_block import DnaBlock, VoiceRun
from tests.dna_examples import random_dna


def dna(hop: int, harmonics: int = 4):
    return random_dna(1, 1, harmonics, hop)


def recorded() -> list[DnaBlock]:
    """Hops 5 to 8 in tier 4, 9 and 10 fading to tier 8."""
    return [
        DnaBlock(5, 4, (VoiceRun(True, 2, join([dna(hop) for hop in range(3, 9)])),)),
        DnaBlock(9, 2, (VoiceRun(False, 0, join([dna(9), dna(10)])),
                        VoiceRun(True, 1, join([dna(hop, 8) for hop in (8, 9, 10)]))), 0, 8),
    ]  # fmt: skip


def made() -> list[RingFrame]:
    frames = [RingFrame(hop, 0, HEARD, 0, 0, dna(hop)) for hop in range(5, 9)]
    frames.append(RingFrame(8, 1, PRIMING, 0, 0, dna(77, 8)))
    for place, hop in enumerate((9, 10)):
        frames += [RingFrame(hop, 0, HEARD, 0, 0, dna(hop)), RingFrame(hop, 1, HEARD, place, 8, dna(hop, 8))]
    return frames


def test_the_same() -> None:
    comparison = DnaComparison(recorded())
    comparison.compare(made()[:3])
    comparison.compare(made()[3:])
    assert (comparison.differs_from, comparison.frames) == (None, 8)


def test_a_difference_is_found_at_its_hop() -> None:
    for place, frame in enumerate(made()):
        if frame.kind == PRIMING:
            continue
        frames = made()
        other = dna(1000, frame.dna.harmonics)
        frames[place] = RingFrame(frame.hop, frame.voice, HEARD, frame.fade_hop, frame.fade_hops, other)
        comparison = DnaComparison(recorded())
        comparison.compare(frames)
        assert comparison.differs_from == frame.hop


def test_another_tier_a_frame_too_many_and_a_gap() -> None:
    for frames, hop in (
        ([RingFrame(5, 0, HEARD, 0, 0, dna(5, 16))], 5),
        ([*made(), RingFrame(11, 1, HEARD, 0, 0, dna(11, 8))], 11),
        (made()[:2] + made()[3:], 7),
    ):
        comparison = DnaComparison(recorded())
        comparison.compare(frames)
        assert comparison.differs_from == hop
