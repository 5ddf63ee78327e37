"""Figures as JSON, with the machine that they were measured on."""

from __future__ import annotations

import json
from collections.abc import Sequence
from pathlib import Path
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from holostream.bench.measurement import Measurement


def place_for_figures(save: Path | None) -> Path | None:
    """Refused before anything is measured for minutes; figures of before may be replaced. Raises ValueError, OSError."""
    if save is None:
        return None
    if save.is_dir() or not save.parent.is_dir():
        raise ValueError(f"--json is {save}, which is no file in a folder that is there; make the folder, or name another file")
    if save.exists() and b'"measurements"' not in save.read_bytes()[:4096]:
        raise ValueError(f"--json is {save}, which is there and holds no figures; name another file")
    return save


def write_figures(measurements: Sequence[Measurement], save: Path | None) -> None:
    """If a file is given. Raises OSError; what was there is still there then."""
    from holostream.bench.machine import describe_machine
    from holostream.format.new_file import new_file

    if save is not None:
        document = {"machine": describe_machine(), "measurements": [measurement.as_dict() for measurement in measurements]}
        with new_file(save) as file:
            file.write((json.dumps(document, indent=1) + "\n").encode())
