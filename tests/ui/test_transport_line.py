"""The bar of a recording."""

from __future__ import annotations

import pytest

from holostream.ui.line_view import plain
from holostream.ui.palette import TINTED, WARN
from holostream.ui.transport_line import bar


@pytest.mark.parametrize(
    ("position", "shown"),
    [
        (0.0, "●─────────"),
        (4.0, "━━━━●─────"),
        (9.99, "━━━━━━━━━●"),
        (10.0, "━━━━━━━━━●"),
    ],
)
def test_the_position(position: float, shown: str) -> None:
    assert plain(bar(position, 10.0, None, [], 10)) == shown


def test_loop_and_markers() -> None:
    line = bar(4.5, 10.0, (2.0, 7.0), [1.0, 5.0, 9.0, 99.0], 10)
    assert plain(line) == "━┿[━●┼─]─┼"
    assert [style == WARN for _, style in line] == [n in (2, 3, 5, 6, 7) for n in range(10)]
    assert line[4][1] == TINTED


def test_of_nothing() -> None:
    assert plain(bar(0.0, 0.0, None, [], 8)) == "●───────"
