"""Nothing is reported to anybody."""

from __future__ import annotations

import os
import subprocess
import sys
from pathlib import Path

import pytest

LOAD = "from pathlib import Path; from holostream.codec.tier_model import load_tier; load_tier(Path({!r}), 64)"


@pytest.mark.parametrize("first", ["", "import holostream.codec.tier_step; "])
def test_nothing_is_kept_to_be_reported(tmp_path: Path, models: Path, first: str) -> None:
    """ONNX Runtime keeps a database of what it is going to send, in the user's cache folder."""
    unset = ("ORT_DISABLE_TELEMETRY", "XDG_CACHE_HOME")
    environment = {name: value for name, value in os.environ.items() if name not in unset} | {"HOME": str(tmp_path)}
    told = "import os; print(os.environ['ORT_DISABLE_TELEMETRY'])"
    finished = subprocess.run(
        [sys.executable, "-c", f"{first}{LOAD.format(str(models))}; {told}"], check=True, env=environment, capture_output=True,
        text=True,
    )  # fmt: skip
    assert finished.stdout.strip() == "1"
    assert not list(tmp_path.rglob("*onnxruntime*"))
