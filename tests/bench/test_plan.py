"""Every published table has its place in the file that the plan names, and the measuring script knows them all."""

from __future__ import annotations

import json
import subprocess
import sys
from pathlib import Path

import pytest

from holostream.bench.plan import MEASUREMENTS, OF_SOUNDS, TABLE_FILES, TABLES
from holostream.bench.readme_tables import replace_table

ROOT = Path(__file__).resolve().parents[2]
PLACES = [table for name in (*MEASUREMENTS, *OF_SOUNDS) for table in TABLES.get(name, (name,))]


def run_measure(*arguments: object) -> subprocess.CompletedProcess[str]:
    return subprocess.run(
        [sys.executable, ROOT / "scripts" / "measure", *map(str, arguments)], capture_output=True, text=True, check=False,
        timeout=120,
    )  # fmt: skip


@pytest.mark.parametrize("table", PLACES)
def test_a_table_has_its_place(table):
    text = (ROOT / TABLE_FILES.get(table, "README.md")).read_text(encoding="utf-8")
    assert "| new |" in replace_table(text, table, "| new |")


def test_quality_needs_sounds():
    finished = run_measure("--only", "quality")
    assert finished.returncode == 1
    assert finished.stderr.strip() == (
        "quality is measured on sounds that no tier was trained on: add --data FOLDER"
    )


def test_what_goes_wrong_is_a_sentence_and_the_rest_is_measured(tmp_path):
    (tmp_path / "speech_a.wav").write_bytes(b"no sound")
    files = [ROOT / "README.md", ROOT / "docs" / "measurements.json"]
    before = [path.read_bytes() for path in files]
    try:
        finished = run_measure("--only", "quality", "--data", tmp_path, "--quick")
    finally:
        for path, content in zip(files, before, strict=True):
            path.write_bytes(content)
    assert finished.returncode == 1
    assert "quality: " in finished.stderr
    assert "Traceback" not in finished.stderr


def test_an_unknown_name_lists_the_known():
    finished = run_measure("--only", "hop,taste")
    assert finished.returncode == 1
    assert "unknown: taste" in finished.stderr
    assert "robustness, safety, format, quality" in finished.stderr


def test_published_figures_are_those_of_the_store():
    """What `--write-only` would write is what is there."""
    stored = json.loads((ROOT / "docs" / "measurements.json").read_text(encoding="utf-8"))
    files = ("README.md", "models/README.md")
    before = {name: (ROOT / name).read_text(encoding="utf-8") for name in files}
    try:
        run_measure("--write-only", "--only", ",".join(name for name in MEASUREMENTS if name in stored))
        assert {name: (ROOT / name).read_text(encoding="utf-8") for name in files} == before
    finally:
        for name, text in before.items():
            (ROOT / name).write_text(text, encoding="utf-8")
