"""The smallest full-duplex program on JACK, through the engine's own device class: copies in to out, or sends clicks.

Run as `python -m holostream.bench.jack_client pass SECONDS` it is the bare pass-through that our own figures stand
beside: the same PortAudio, callback and interpreter settings, and no codec. Run as `... click COUNT` it plays clicks
and finds them again in its input, to measure whatever is patched between its ports. It writes one JSON line.
"""

from __future__ import annotations

import gc
import json
import sys
import time

import numpy as np

from holostream.engine.audio_device import PortAudioDevice
from holostream.engine.settings import LiveSettings
from holostream.engine.status import BINS, histogram_bin, percentile_us

RATE = 48000
CLICK_PEAK = 0.5
CLICK_EVERY = 4099
"""Samples between clicks: prime, so that they fall on all places in a period and a hop."""
SETTLE_SECONDS = 0.5


class PassThrough:
    """Copies, counts, and keeps a histogram of how late it is called."""

    def __init__(self) -> None:
        self.callbacks = self.overflows = self.underflows = 0
        self.lateness = np.zeros(BINS, np.uint32)
        self._last = 0

    def process(self, indata: np.ndarray, outdata: np.ndarray, overflow: bool, underflow: bool) -> None:
        now = time.perf_counter_ns()
        if self._last:
            self.lateness[histogram_bin((now - self._last) / 1000 - indata.shape[0] / RATE * 1e6)] += 1
        self._last = now
        outdata[:] = indata
        self.callbacks += 1
        self.overflows += overflow
        self.underflows += underflow


class ClickProbe:
    """Plays a click every CLICK_EVERY samples and keeps what comes back, both on one count of samples."""

    def __init__(self, clicks: int) -> None:
        self.heard = np.zeros(CLICK_EVERY * (clicks + 1), np.float32)
        self.at = 0

    @property
    def done(self) -> bool:
        return self.at >= len(self.heard)

    def process(self, indata: np.ndarray, outdata: np.ndarray, overflow: bool, underflow: bool) -> None:
        outdata.fill(0.0)
        count = indata.shape[0]
        first = -(-self.at // CLICK_EVERY) * CLICK_EVERY
        if first < self.at + count:
            outdata[first - self.at] = CLICK_PEAK
        if not self.done:
            part = self.heard[self.at : self.at + count]
            part[:] = indata[: len(part), 0]
        self.at += count

    def delays(self) -> list[int]:
        """Samples from each click to the loudest sample before the next one; what came back silent is left out."""
        passages = np.abs(self.heard[: len(self.heard) // CLICK_EVERY * CLICK_EVERY]).reshape(-1, CLICK_EVERY)[1:]
        return [int(passage.argmax()) for passage in passages if passage.max() > 0.1 * CLICK_PEAK]


def open_jack() -> PortAudioDevice:
    """Full duplex on the JACK server, at its own period. Raises DeviceError."""
    return PortAudioDevice(LiveSettings(input="system", output="system", device_api="jack"), RATE, True, True)


def run(mode: str, amount: float) -> dict:
    """Play for `amount` seconds, or until `amount` clicks have been played."""
    device = open_jack()
    gc.collect()
    gc.freeze()
    gc.disable()
    if mode == "pass":
        copy = PassThrough()
        device.start(copy.process)
        time.sleep(amount)
        result: dict = {
            "callbacks": copy.callbacks,
            "input_overflows": copy.overflows,
            "output_underflows": copy.underflows,
            "lateness_p99.9_us": round(percentile_us(copy.lateness, 99.9), 1),
        }
    else:
        print("ready", flush=True)
        sys.stdin.readline()  # until the ports are patched
        time.sleep(SETTLE_SECONDS)
        probe = ClickProbe(int(amount))
        device.start(probe.process)
        while not probe.done and device.alive():
            time.sleep(0.05)
        result = {"delays": probe.delays()}
    print(json.dumps(result), flush=True)
    device.close()
    return result


if __name__ == "__main__":
    run(sys.argv[1], float(sys.argv[2]))
