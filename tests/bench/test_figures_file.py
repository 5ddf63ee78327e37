"""Figures replace figures and nothing else."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from holostream.bench.figures_file import place_for_figures, write_figures
from holostream.bench.measurement import Measurement, Row


def test_figures_of_before_may_be_replaced(tmp_path: Path):
    file = tmp_path / "figures.json"
    for verdict in (True, False):
        assert place_for_figures(file) == file
        write_figures([Measurement("speed", "Speed", ("tier",), (Row(("4",), verdict),))], file)
        document = json.loads(file.read_text())
        assert document["machine"]["cores"] >= 1
        assert [measurement["met"] for measurement in document["measurements"]] == [verdict]


def test_other_things_are_left_alone(tmp_path: Path):
    other = tmp_path / "other.json"
    other.write_text("{}")
    with pytest.raises(ValueError, match="which is there and holds no figures; name another file"):
        place_for_figures(other)
    for place in (tmp_path, tmp_path / "missing" / "figures.json"):
        with pytest.raises(ValueError, match="which is no file in a folder that is there"):
            place_for_figures(place)
    write_figures([], None)
    assert other.read_text() == "{}"
