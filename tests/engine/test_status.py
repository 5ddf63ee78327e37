"""Status: a snapshot is one moment; histograms tell percentiles."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from holostream.engine import status as status_module
from holostream.engine.status import BINS, STAGES, STATUS_TYPE, Status, histogram_bin, percentile_us


def status_pair() -> tuple[Status, Status]:
    buffer = bytearray(Status.BYTES)
    return Status(buffer), Status(buffer)


def test_what_is_written_is_in_the_snapshot() -> None:
    writer, reader = status_pair()
    writer.begin()
    writer.record.hops, writer.record.wet, writer.record.output_peak[1] = 12345678901, 0.5, 0.25
    writer.stages[len(STAGES) - 1][7] += 3
    writer.lateness[0] += 1
    writer.callback_time[BINS - 1] += 2
    writer.end()
    snapshot = reader.snapshot()
    assert (snapshot["hops"], snapshot["wet"], snapshot["output_peak"].tolist()) == (
        12345678901,
        0.5,
        [0, 0.25],
    )
    assert snapshot["stages"].sum() == snapshot["stages"][-1, 7] == 3
    assert snapshot["lateness"][0] == 1
    assert snapshot["callback_time"][-1] == 2


def test_a_snapshot_does_not_change_later() -> None:
    writer, reader = status_pair()
    snapshot = reader.snapshot()
    writer.record.hops = 5
    writer.stages[0][0] = 5
    assert snapshot["hops"] == 0
    assert snapshot["stages"].sum() == 0


def test_a_reader_waits_until_the_writer_is_done(monkeypatch: pytest.MonkeyPatch) -> None:
    """The writer is in the middle of it at first; what it wrote half must not be seen."""
    writer, reader = status_pair()
    writer.begin()
    writer.record.hops = 1
    waits = []

    def writer_goes_on(seconds: float) -> None:
        waits.append(seconds)
        if len(waits) == 3:
            writer.record.callbacks = 1
            writer.end()

    monkeypatch.setattr(status_module.time, "sleep", writer_goes_on)
    snapshot = reader.snapshot()
    assert len(waits) == 3
    assert (snapshot["hops"], snapshot["callbacks"], snapshot["sequence"]) == (1, 1, 2)


def test_a_reader_that_was_overtaken_looks_again(monkeypatch: pytest.MonkeyPatch) -> None:
    """The writer works between the reader's first look and its copy."""
    writer, reader = status_pair()

    class Overtaken:
        copies = 0

        def copy(self) -> np.ndarray:
            self.copies += 1
            if self.copies == 1:
                writer.begin()
                writer.record.hops = 7
                torn = writer._array.copy()
                writer.record.callbacks = 7
                writer.end()
                return torn
            return writer._array.copy()

    monkeypatch.setattr(status_module.time, "sleep", lambda seconds: None)
    reader._array = Overtaken()
    snapshot = reader.snapshot()
    assert (snapshot["hops"], snapshot["callbacks"]) == (7, 7)
    assert reader._array.copies == 2


def test_a_writer_that_died_in_the_middle_does_not_hang_the_reader(monkeypatch: pytest.MonkeyPatch) -> None:
    writer, reader = status_pair()
    writer.begin()
    writer.record.hops = 3
    waits: list[float] = []
    monkeypatch.setattr(status_module.time, "sleep", waits.append)
    assert reader.snapshot()["hops"] == 3
    assert sum(waits) < 0.1


def test_a_callback_after_a_failed_one_leaves_an_even_count() -> None:
    writer, _ = status_pair()
    writer.begin()
    writer.begin()
    writer.end()
    assert writer.record.sequence % 2 == 0


def test_size() -> None:
    assert STATUS_TYPE.itemsize <= Status.BYTES
    assert Status.BYTES % 64 == 0


@pytest.mark.parametrize(
    ("elapsed_us", "place"), [(-5, 0), (0, 0), (1, 0), (1.01, 1), (2.01, 13), (1e9, BINS - 1)]
)
def test_bins(elapsed_us: float, place: int) -> None:
    assert histogram_bin(elapsed_us) == place


@given(st.lists(st.floats(0, 2e6), min_size=1, max_size=200), st.floats(0, 100))
def test_a_percentile_is_at_most_six_percent_too_high(elapsed: list[float], percent: float) -> None:
    histogram = np.zeros(BINS, np.uint32)
    for value in elapsed:
        histogram[histogram_bin(value)] += 1
    exact = float(np.percentile(elapsed, percent, method="inverted_cdf"))
    assert exact - 1e-6 <= percentile_us(histogram, percent) <= max(1.0, exact * 1.0600001)


def test_no_measurements_no_percentile() -> None:
    assert percentile_us(np.zeros(BINS, np.uint32), 99) == 0.0
