"""Parts that add up, at the device's rate."""

from __future__ import annotations

import pytest

from holostream.ui.latency_table import latency_lines
from holostream.ui.line_view import plain
from tests.ui.shown_text import row, snapshot


def test_latency_adds_up_in_samples_and_milliseconds() -> None:
    lines = latency_lines(snapshot(resampling_latency=24, added_latency=88), 32)
    assert row(lines, "device input") == ["128", "2.67"]
    assert row(lines, "codec, block 128") == ["64", "1.33"]
    assert row(lines, "resampling") == ["24", "0.50"]
    assert row(lines, "device output") == ["256", "5.33"]
    assert row(lines, "total") == ["472", "9.83"]
    assert row(lines, "whole codec chunk") == ["192", "4.00"]


def test_latency_counts_milliseconds_at_the_devices_rate() -> None:
    assert row(latency_lines(snapshot(device_rate=44100.0), 32), "device output") == ["256", "5.80"]


def test_wide_latency_shows_each_parts_place() -> None:
    lines = [plain(line) for line in latency_lines(snapshot(), 80)]
    bars = {line[:17].strip(): (line.find("━"), line.count("━")) for line in lines}
    assert bars["device input"][0] == bars["total"][0]
    assert sum(bars[part][1] for part in ("device input", "codec, block 128", "device output")) == bars["total"][1]
    assert bars["device output"][1] == pytest.approx(2 * bars["device input"][1], abs=1)


def test_a_device_that_is_not_open_yet_is_no_error() -> None:
    assert row(latency_lines(snapshot(device_rate=0.0), 32), "total") == ["448", "-"]


def test_long_blocks_leave_room_between_the_numbers() -> None:
    lines = latency_lines(snapshot(device_rate=8000.0, device_input_latency=8192, device_output_latency=7999), 32)
    assert row(lines, "device input") == ["8192", "1024.0"]
    assert row(lines, "device output") == ["7999", "999.88"]
