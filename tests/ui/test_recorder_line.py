"""Time, size and path of a recording."""

from __future__ import annotations

from pathlib import Path

import pytest

from holostream.engine.recorder import KeptStatus, RecordingStatus
from holostream.ui.line_view import plain
from holostream.ui.recorder_line import file_size, recorder_line


def test_recorder() -> None:
    path = Path("/home/somebody/music/a-very-long-folder-name/another-folder/holostream-20250101-120000.holo")
    text = plain(recorder_line(RecordingStatus(path, 754.32, 1_234_567, 2), None, 78))
    assert "recording  12:34.3  1.2 MB  lost 2 frames" in text
    assert text.endswith(".holo")
    assert len(text) == 78
    assert plain(recorder_line(None, None, 78)) == "recorder  off, r records"


def test_what_is_kept() -> None:
    text = plain(recorder_line(None, KeptStatus(605.9, 2_621_440), 78))
    assert text == "recorder  off, r records   kept 10:06  2.6 MB, c saves it"


@pytest.mark.parametrize(
    ("size", "text"), [(7, "7 B"), (143_210, "143.2 kB"), (999_999, "1.0 MB"), (5e12, "5000.0 GB")]
)
def test_file_size(size: int, text: str) -> None:
    assert file_size(int(size)) == text
