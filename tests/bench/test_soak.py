"""The parts of the soak that need no server, and a short one that does."""

from __future__ import annotations

from itertools import islice, pairwise

import pytest

from holostream.bench import soak
from holostream.bench.soak import measure_soak, run_pass_through, tier_tour
from holostream.bench.soak_watch import Watch, WatchSummary, from_to, full_halves
from holostream.codec.tier import TIERS


def test_the_tour_takes_every_ordered_pair_once():
    stops = [TIERS[0], *islice(tier_tour(), 42)]
    pairs = set(pairwise(stops))
    assert len(pairs) == 42
    assert all(old != new for old, new in pairs)


def test_growth_is_between_the_medians_of_the_tenths():
    assert from_to([10.0] * 10 + [99.0] + [12.0] * 10) == (10.0, 12.0)
    assert from_to([]) == (0.0, 0.0)


def test_how_full_each_half_was_is_not_a_matter_of_one_moment():
    assert full_halves([1, 5, 2, 3, 9, 0]) == (5, 9)
    assert full_halves([*range(20), 400, *range(100, 120)]) == (19, 119)
    assert full_halves([7]) == (0, 7)


@pytest.mark.parametrize(
    ("summary", "steady"),
    [
        (WatchSummary((40.0, 40.5), (55.0, 57.0), (20, 22), (64, 64)), True),
        (WatchSummary((40.0, 45.0), (55.0, 57.0), (20, 22), (64, 64)), False),
        (WatchSummary((40.0, 40.5), (55.0, 69.0), (20, 22), (64, 64)), False),
        (WatchSummary((40.0, 40.5), (55.0, 57.0), (20, 400), (64, 64)), False),
        (WatchSummary((40.0, 40.5), (55.0, 57.0), (20, 22), (64, 640)), False),
    ],
)
def test_what_counts_as_growth(summary: WatchSummary, steady: bool):
    assert summary.steady is steady


def test_a_watch_of_a_short_run():
    watch = Watch([50.0, 50.0, 40.0, 40.0, 40.0, 40.0], [60.0] * 6, [5, 6, 7, 8, 9, 8], [0, 64] * 3)
    assert watch.summary() == WatchSummary((40.0, 40.0), (60.0, 60.0), (8, 9), (64, 64))


@pytest.mark.parametrize(
    ("late", "in_time"),
    [((0, 0, 0, 0, 0, 0), (3, 4)), ((0, 0, 0, 1, 1, 1), (3, 2)), ((1, 1, 1, 1, 1, 1), (2, 2)), ((0, 0, 2, 2, 2, 3), (1, 2))],
)
def test_dropouts_around_late_wakeups_are_the_servers(late: tuple[int, ...], in_time: tuple[int, int]):
    watch = Watch()
    for overflows, underflows, server_late in zip((1, 1, 1, 1, 1, 3), (2, 2, 2, 2, 4, 4), late, strict=True):
        watch.count(overflows, underflows, server_late)
    assert watch.in_time == in_time


@pytest.mark.jack
def test_a_short_soak_on_a_real_server(monkeypatch: pytest.MonkeyPatch):
    # Of the pass-through nothing is asked here but that it answers.
    monkeypatch.setattr(soak, "run_pass_through", lambda server, seconds: run_pass_through(server, 1.0))
    measurement = measure_soak(0.1, (256,))
    run = measurement.values["rows"][0]
    assert run["errors"] == 0
    assert run["switches"] >= 2
    assert run["recorded_seconds"] == pytest.approx(run["report"]["seconds"], abs=0.01)
    assert run["report"]["algorithmic_latency"] == 192
