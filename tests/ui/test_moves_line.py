"""The line that tells what bends the sound."""

from __future__ import annotations

import re

import pytest

from holostream.engine.command import MOVES
from holostream.ui.line_view import plain
from holostream.ui.move_text import move_name
from holostream.ui.moves_line import moves_lines
from tests.ui.shown_text import snapshot


def test_neutral_it_tells_how_to_open_them() -> None:
    (line,) = moves_lines(snapshot(tempo=98.5), 78, 1)
    assert plain(line).split("  ")[:2] == ["moves", "no moves, y opens them"]
    assert plain(line).endswith(" 98.5 bpm")
    assert len(plain(line)) == 78


def test_moves_have_their_amounts() -> None:
    (line,) = moves_lines(snapshot(freeze=1, tilt=3, loop_beats=2, morph=0.5), 78, 1)
    assert plain(line).startswith("moves  freeze 1  loop 2 beats  tilt +3.0  morph 0.50 → 8 ")
    assert plain(line).endswith(" 120 bpm")


@pytest.mark.parametrize("height", [1, 2])
def test_what_does_not_fit_is_counted(height: int) -> None:
    record = snapshot()
    for count, move in enumerate(MOVES, 1):
        record[move.name] = move.highest
        names = [move_name(move.name) for move in MOVES[:count]]
        for width in (40, 78, 110, 158):
            lines = moves_lines(record, width, height)
            texts = [plain(line) for line in lines]
            assert len(lines) <= height
            assert all(len(text) <= width for text in texts), texts
            words = " ".join(texts).replace("120 bpm", "").rstrip()
            more = re.search(r"  \+(\d+)$", words)
            left = int(more[1]) if more else 0
            shown = names[: count - left]
            assert all(f"  {name} " in words for name in shown), texts
            assert left == 0 or f"  {names[count - left]} " not in words or names[count - left] in shown, texts
            assert left == 0 or len(lines) == height
