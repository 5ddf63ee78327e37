"""A measurement's table on a terminal, in Markdown and through JSON."""

from __future__ import annotations

import io
import json

from rich.console import Console

from holostream.bench.measurement import Measurement, Row, markdown, measurement_from_dict, print_measurement

MEASUREMENT = Measurement(
    "hop", "One hop", ("tier", "median", "target"),
    (Row(("64", "0.20", "0.25"), True), Row(("256", "0.30", "0.25"), False), Row(("-", "1", ""))),
    {"rows": [0.2, 0.3]}, ("On a [quiet] machine.",),
)  # fmt: skip


def test_markdown():
    assert markdown(MEASUREMENT).splitlines() == [
        "| tier | median | target | met |",
        "|---|--:|--:|--:|",
        "| 64 | 0.20 | 0.25 | yes |",
        "| 256 | 0.30 | 0.25 | no |",
        "| - | 1 |  |  |",
        "",
        "On a [quiet] machine.",
    ]


def test_through_json_and_back():
    assert measurement_from_dict(json.loads(json.dumps(MEASUREMENT.as_dict()))) == MEASUREMENT


def test_met_means_no_target_was_missed():
    assert not MEASUREMENT.met
    assert Measurement("a", "b", ("c",), (Row(("d",)),)).met


def test_on_a_terminal():
    console = Console(file=io.StringIO(), width=80)
    print_measurement(MEASUREMENT, console)
    assert isinstance(console.file, io.StringIO)
    shown = console.file.getvalue()
    assert "One hop" in shown
    assert "0.30" in shown
    assert "On a [quiet] machine." in shown
