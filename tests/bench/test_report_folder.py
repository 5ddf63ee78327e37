"""A report replaces an earlier one and nothing else."""

from __future__ import annotations

from pathlib import Path

import pytest

from holostream.bench.quality_page import write_page
from holostream.bench.report_folder import PAGE, place_for_report


def test_a_new_an_empty_and_an_earlier_reports_folder(tmp_path: Path):
    assert place_for_report(None) is None
    assert place_for_report(tmp_path / "new") == tmp_path / "new"
    assert place_for_report(tmp_path) == tmp_path
    write_page(tmp_path / PAGE, "a machine", (), (), ())
    assert place_for_report(tmp_path) == tmp_path


def test_other_things_are_left_alone(tmp_path: Path):
    (tmp_path / PAGE).write_text("<title>my pages</title>")
    with pytest.raises(ValueError, match="a folder with other things in it; name one that is new"):
        place_for_report(tmp_path)
    with pytest.raises(ValueError, match="which is a file; name a folder"):
        place_for_report(tmp_path / PAGE)
