"""Rows of the presets."""

from __future__ import annotations

import pytest

from holostream.control.preset import Preset, preset_from
from holostream.ui.line_view import cells, plain
from holostream.ui.presets_table import preset_rows, preset_words


def test_words_name_what_is_not_neutral() -> None:
    assignments = ["tier=16", "tilt=3", "morph=0.5", "tempo=98", "wet=0.8", "glide_ms=500", "freeze=0"]
    assert preset_words(preset_from(assignments)) == "tier 16, tilt +3.0, morph 0.50 → 8, 98 bpm, wet 0.80, in 500 ms"
    assert preset_words(Preset(midi_map="nano.toml")) == "map nano.toml"
    assert preset_words(Preset()) == "all neutral"
    assert preset_words(preset_from(["mute=1", "output_gain_db=-20", "input_gain_db=6"])) == "in +6.0 dB, out -20.0 dB, muted"


@pytest.mark.parametrize("width", [60, 72, 106])
def test_rows_fit_and_who_has_no_number_gets_one_that_is_free(width: int) -> None:
    found: list[tuple[str, Preset | str]] = [
        ("a", preset_from(["tilt=3"])), ("b" * 64, preset_from(["number=1"])), ("c", preset_from(["number=127"])),
        ("d", "line 1: " + "long " * 40), ("e", Preset()),
    ]  # fmt: skip
    rows = [plain(row) for row in preset_rows(found, width)]
    assert all(len(row) <= width for row in rows)
    assert [row[:4].strip() for row in rows] == ["2", "1", "127", "", "3"]


def test_columns_stand_below_each_other_whatever_letters_a_name_has() -> None:
    rows = preset_rows([("日本語の名前", preset_from(["tilt=3"])), ("plain", preset_from(["tilt=3"]))], 40)
    assert [cells(row[:2]) for row in rows] == [16, 16]
    assert all(cells(row) <= 40 for row in rows)
