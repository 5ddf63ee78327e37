"""Impulses take as long as the status record says, and with the block's own samples it is one chunk."""

from __future__ import annotations

import math

import pytest

from holostream.bench.latency import BLOCKS, LATENCY_TIERS, impulse_delays, measure_latency
from holostream.codec.tier_model import TierModel


@pytest.mark.parametrize("block", BLOCKS)
@pytest.mark.parametrize("harmonics", LATENCY_TIERS)
def test_algorithmic_latency_is_192_samples(tiers: dict[int, TierModel], harmonics: int, block: int):
    delays, added, algorithmic = impulse_delays(tiers[harmonics], block, impulses=24)
    assert set(delays) == {added}
    assert added + math.gcd(block, 128) == algorithmic == 192


def test_the_table_says_so():
    measurement = measure_latency(impulses=8)
    assert measurement.met
    assert len(measurement.rows) == len(BLOCKS) * len(LATENCY_TIERS)
    assert {row["algorithmic"] for row in measurement.values["rows"]} == {192}
