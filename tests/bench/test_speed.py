"""The speed measurement works end to end (how fast is not a test's business)."""

from __future__ import annotations

from holostream.bench.speed import measure_speed


def test_both_ways():
    measurement = measure_speed(seconds=5.0, runs=1)
    (figures,) = measurement.values["rows"]
    assert figures["tier"] == 64
    assert figures["encode"] > 1
    assert figures["decode"] > 1
