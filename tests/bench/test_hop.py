"""The hop measurements end with figures (how fast is not a test's business)."""

from __future__ import annotations

from pathlib import Path

from holostream.bench.hop import back_to_back_us, paced_report


def test_back_to_back(models: Path):
    assert 0 < back_to_back_us(models, 64, hops=200) < 1e5


def test_paced_beside_the_drawing_screen(models: Path):
    report = paced_report(models, 16, seconds=1.0)
    assert report["hops"] >= 375
    assert report["errors"] == 0
    assert report["stage_hop"]["p50_us"] > 0
