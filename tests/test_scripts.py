"""The Python scripts beside the package begin, though neither the type checker nor another test reads them; installing says what lacks."""

from __future__ import annotations

import os
import runpy
import shutil
import subprocess
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


def test_an_environment_without_pip_is_made_anew(tmp_path: Path) -> None:
    """What is left where Python could not make one: without this a second try ended in "pip: not found"."""
    (tmp_path / "scripts").mkdir()
    shutil.copy(SCRIPTS[0].parent / "install", tmp_path / "scripts")
    (tmp_path / "pyproject.toml").touch()
    (tmp_path / ".venv" / "bin").mkdir(parents=True)
    (tmp_path / ".venv" / "bin" / "python").symlink_to("/bin/true")
    python = tmp_path / "python"  # of a system without ensurepip: new enough, but makes no environment
    python.write_text('#!/bin/sh\n[ "$1" != -m ]\n')
    python.chmod(0o755)
    result = subprocess.run([tmp_path / "scripts" / "install"], env=os.environ | {"PYTHON": str(python)}, capture_output=True, text=True)
    assert result.returncode == 1
    assert result.stderr.splitlines()[-1].startswith("Python cannot make a virtual environment;")
