"""Through a real JACK server the codec costs what it says, in samples, beside a bare pass-through."""

from __future__ import annotations

import statistics

import numpy as np
import pytest

from holostream.bench.jack import MORE_SAMPLES, click_delays, jack_client_command, live_command
from holostream.bench.jack_client import CLICK_EVERY, ClickProbe, PassThrough
from holostream.bench.jack_server import jack_server


@pytest.mark.jack
@pytest.mark.parametrize(("period", "limit"), MORE_SAMPLES.items())
def test_through_latency(period: int, limit: int):
    with jack_server(period) as server:
        passing = click_delays(server, jack_client_command("pass", 600), clicks=20)
        ours = click_delays(server, live_command(None, 64), clicks=20)
    assert statistics.median(passing) == period
    assert 0 < statistics.median(ours) - statistics.median(passing) <= limit


def run_blocks(probe: ClickProbe, delay: int, block: int) -> None:
    """The probe into a delay line of `delay` samples, a multiple of the block."""
    line = [np.zeros((block, 1), np.float32) for _ in range(delay // block)]
    while not probe.done:
        out = np.empty((block, 1), np.float32)
        probe.process(line.pop(0), out, False, False)
        line.append(out)


@pytest.mark.parametrize(("delay", "block"), [(64, 64), (300, 100), (1024, 1024)])
def test_the_probe_measures_a_known_delay(delay: int, block: int):
    probe = ClickProbe(8)
    run_blocks(probe, delay, block)
    assert probe.delays() == [delay] * 8


def test_the_probe_leaves_out_what_does_not_come_back():
    probe = ClickProbe(3)
    silence = np.zeros((CLICK_EVERY, 1), np.float32)
    while not probe.done:
        probe.process(silence, np.empty_like(silence), False, False)
    assert probe.delays() == []


def test_the_pass_through_copies_and_counts():
    copy, sound = PassThrough(), np.ones((64, 1), np.float32)
    out = np.zeros((64, 2), np.float32)
    copy.process(sound, out, False, False)
    copy.process(sound, out, True, True)
    assert np.all(out == 1)
    assert (copy.callbacks, copy.overflows, copy.underflows) == (2, 1, 1)
    assert copy.lateness.sum() == 1
