"""Key blocks: from each of them on a recording decodes without what was before. The rest is in `test_recorder`."""

from __future__ import annotations

from holostream.codec.dna_ring import HEARD, RingFrame
from holostream.codec.tier import TierFacts
from holostream.engine.block_gatherer import BLOCK_HOPS, KEY_SECONDS, BlockGatherer, is_key
from tests.dna_examples import random_dna

FACTS = {4: TierFacts("f", 4, 48000, 128, 192, 192, 1, 1, 5, 3, False, "0" * 64)}
DNA = random_dna(1, 1, 4, 0)
KEY_HOPS = round(KEY_SECONDS * 375)


def frames(first: int, end: int) -> list[RingFrame]:
    return [RingFrame(hop, 0, HEARD, 0, 0, DNA) for hop in range(first, end)]


def test_a_voice_that_runs_on_has_one_again_and_again() -> None:
    gatherer = BlockGatherer(FACTS)
    blocks = list(gatherer.follow(frames(0, 3 * KEY_HOPS)))
    keys = [block for block in blocks if is_key(block)]
    assert [block.first_hop for block in keys[:3]] == [0, 10 * BLOCK_HOPS, 20 * BLOCK_HOPS]
    assert [block.voices[0].preroll for block in keys[:3]] == [0, 5, 5]
    assert all(block.voices[0].preroll == 0 for block in blocks if not is_key(block))


def test_one_that_is_asked_for_begins_with_the_hop_being_gathered() -> None:
    gatherer = BlockGatherer(FACTS)
    assert not list(gatherer.follow(frames(0, 20)))
    assert (gatherer.hops, gatherer.gathered, gatherer.next_hop) == (19, 19, 0)
    (before,) = gatherer.cut_for_key()
    assert (before.first_hop, before.hops) == (0, 19)
    assert (gatherer.hops, gatherer.next_hop) == (0, 19)
    assert not list(gatherer.follow(frames(20, 30)))
    (after,) = gatherer.cut()
    assert (after.first_hop, after.hops, after.voices[0].preroll, is_key(after)) == (19, 10, 5, True)
    assert not list(gatherer.cut())


def test_a_plain_cut_goes_on() -> None:
    gatherer = BlockGatherer(FACTS)
    list(gatherer.follow(frames(0, 20)))
    list(gatherer.cut())
    list(gatherer.follow(frames(20, 30)))
    (after,) = gatherer.cut()
    assert not is_key(after)


def test_many_harmonics_make_shorter_blocks() -> None:
    facts = {256: TierFacts("f", 256, 48000, 128, 192, 192, 1, 1, 5, 3, False, "0" * 64)}
    for lanes, hops in ((1, BLOCK_HOPS // 2), (2, BLOCK_HOPS // 4)):
        dna = random_dna(lanes, 1, 256, 0)
        followed = BlockGatherer(facts).follow([RingFrame(hop, 0, HEARD, 0, 0, dna) for hop in range(BLOCK_HOPS)])
        assert next(iter(followed)).hops == hops
