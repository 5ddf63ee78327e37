"""What torch saves is replaced in one step."""

from __future__ import annotations

import resource
from pathlib import Path

import pytest
import torch

from holostream.network.torch_file import save_torch


def test_a_full_disk_leaves_what_was_there(tmp_path: Path) -> None:
    path = tmp_path / "a.pt"
    save_torch(path, {"step": torch.tensor(1)})
    limits = resource.getrlimit(resource.RLIMIT_FSIZE)
    resource.setrlimit(resource.RLIMIT_FSIZE, (5000, limits[1]))
    try:
        with pytest.raises(OSError, match=r"File too large.*a\.pt") as told:
            save_torch(path, {"step": torch.zeros(9000)})
    finally:
        resource.setrlimit(resource.RLIMIT_FSIZE, limits)
    assert told.value.filename == str(path)
    assert torch.load(path, weights_only=True)["step"] == 1
    assert list(tmp_path.iterdir()) == [path]
