"""The Python scripts beside the package: they begin, though neither the type checker nor another test reads them."""

from __future__ import annotations

import runpy
from pathlib import Path

import pytest

SCRIPTS = sorted(
    path for path in (Path(__file__).parent.parent / "scripts").iterdir() if path.read_bytes().startswith(b"#!/usr/bin/env python")
)


def test_there_are_some() -> None:
    assert "make_demo_voice" in [path.name for path in SCRIPTS]


@pytest.mark.parametrize("path", SCRIPTS, ids=lambda path: path.name)
def test_all_that_it_needs_is_there(path: Path) -> None:
    assert callable(runpy.run_path(str(path), run_name="not main")["main"])
