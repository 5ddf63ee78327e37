"""Times as people read them."""

from __future__ import annotations

import pytest

from holostream.format.clock import clock


@pytest.mark.parametrize(
    ("seconds", "text"),
    [
        (0, "0:00.000"), (7.3454, "0:07.345"), (59.9996, "1:00.000"), (720, "12:00.000"), (3723.4, "1:02:03.400"),
        (3599.9999, "1:00:00.000"), (-0.5, "-0:00.500"), (360000, "100:00:00.000"),
    ],
)  # fmt: skip
def test_clock(seconds: float, text: str) -> None:
    assert clock(seconds) == text


@pytest.mark.parametrize(("decimals", "text"), [(0, "1:02:03"), (1, "1:02:03.4"), (2, "1:02:03.40")])
def test_with_fewer_decimals(decimals: int, text: str) -> None:
    assert clock(3723.4, decimals) == text
    assert clock(59.99, decimals) == {0: "1:00", 1: "1:00.0", 2: "0:59.99"}[decimals]
