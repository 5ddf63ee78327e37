"""Tiers with the full network and random weights, made for measuring what the live path must have room for."""

from __future__ import annotations

import importlib.util
import subprocess
import sys
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

EXPORT_SECONDS = 900.0


def can_make_full_size() -> bool:
    """Whether torch and onnx are installed."""
    return all(importlib.util.find_spec(name) is not None for name in ("torch", "onnx", "onnxscript"))


@contextmanager
def full_size_models() -> Iterator[Path]:
    """A models folder that is gone afterwards. Raises ValueError without torch, RuntimeError if the export fails."""
    if not can_make_full_size():
        raise ValueError(
            "full-size networks are made with torch, which is not installed; run pip install 'holostream[train]'"
        )
    with tempfile.TemporaryDirectory(prefix="holostream-full-size-") as folder:
        command = [sys.executable, "-m", "holostream.network.export", "--full-size", "--out", folder]
        done = subprocess.run(command, capture_output=True, text=True, timeout=EXPORT_SECONDS, check=False)
        if done.returncode:
            raise RuntimeError(f"the full-size export failed: {done.stderr[-500:]}")
        yield Path(folder)
