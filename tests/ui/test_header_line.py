"""Devices and their figures."""

from __future__ import annotations

from holostream.ui.header_line import header
from holostream.ui.line_view import plain
from tests.ui.fake_session import FakeSession


def test_header_keeps_rate_and_block_whatever_the_names() -> None:
    device = {**FakeSession().device, "input": "microphone " * 9, "output": "speaker " * 9}
    text = plain(header(device, True, 256, 78))
    assert len(text) == 78
    assert text.endswith("48000 Hz  block 256")
    assert "micropho" in text
    assert "speaker" in text
    assert "opening" in plain(header({}, False, 0, 78))
    assert "stopped" in plain(header(device, False, 0, 78))
    assert "virtual device" in plain(header({**device, "virtual": True}, True, 128, 78))
