"""A controller and an ear in one process on JACK: sends MIDI, and finds in what it hears when that changed the sound.

Run as `python -m holostream.bench.midi_probe TARGET COUNT`, TARGET being the MIDI port to play: it sends the mute key's note
COUNT times, at moments that no clock of the program's knows, and writes one JSON line with the delays. With a third argument
it only floods the port, with a thousand messages a second for so many seconds, and listens to nothing: its own callback
would come late beside that, and be a dropout for everybody.
"""

from __future__ import annotations

import gc
import json
import random
import sys
import time
from typing import Any

import numpy as np

from holostream.bench.jack_client import RATE, open_jack
from holostream.control.midi_library import load_rtmidi

NOTE, CONTROL, LAST = 60, 16, 100
SETTLE_SECONDS, LISTEN_SECONDS, PAUSE_SECONDS = 0.5, 0.15, (0.06, 0.11)
LOUD_SHARE = 0.95
"""Of the steady sound's RMS: what lies below it has changed."""
WINDOW = 48
"""Samples that are looked at together: a period of the 1 kHz that is heard, so that the steady sound is steady."""
FLOOD_STEP_SECONDS = 0.001
BEING_WRITTEN = 1 << 14
"""Samples that the next callbacks may overwrite while the rest is looked at."""


class Ear:
    """Keeps the newest seconds of input, with the time at which each sample was heard."""

    def __init__(self, seconds: float) -> None:
        self.samples = np.zeros(round(seconds * RATE) + BEING_WRITTEN, np.float32)
        self.times = np.zeros(len(self.samples))
        self.at = 0

    def process(self, indata: np.ndarray, outdata: np.ndarray, overflow: bool, underflow: bool) -> None:
        now, count = time.perf_counter(), indata.shape[0]
        outdata.fill(0.0)
        places = (self.at + np.arange(count)) % len(self.samples)
        self.samples[places] = indata[:, 0]
        self.times[places] = now + np.arange(count) / RATE
        self.at += count

    def since(self, moment: float) -> tuple[np.ndarray, np.ndarray]:
        """Samples and their times from a moment on."""
        at = self.at
        places = np.arange(max(0, at - len(self.samples) + BEING_WRITTEN), at) % len(self.samples)
        kept = self.times[places] >= moment
        return self.samples[places][kept], self.times[places][kept]


def changed_after(ear: Ear, sent: float, level: float, louder: bool) -> float | None:
    """Seconds until a window of the sound is quieter (or louder again) than the steady one; None if none is."""
    samples, times = ear.since(sent)
    if len(samples) < WINDOW:
        return None
    squares = np.convolve(samples.astype(np.float64) ** 2, np.ones(WINDOW) / WINDOW, "valid")
    quiet = np.sqrt(squares) < LOUD_SHARE * level
    found = np.flatnonzero(~quiet if louder else quiet)
    if louder and len(found):
        found = np.flatnonzero(np.sqrt(squares) > (1 - LOUD_SHARE) * level)
    return float(times[found[0] + WINDOW - 1] - sent) if len(found) else None


def flood(out: Any, seconds: float) -> None:
    """A knob turned without rest; it ends at LAST."""
    start, count = time.monotonic(), round(seconds / FLOOD_STEP_SECONDS)
    for number in range(count):
        out.send_message([0xB0, CONTROL, number % 128])
        time.sleep(max(0.0, start + number * FLOOD_STEP_SECONDS - time.monotonic()))
    out.send_message([0xB0, CONTROL, LAST])


def run(target: str, count: int, flood_seconds: float = 0.0) -> None:
    """Play and listen. The ports are patched by whoever started this, between "ready" and a line on stdin."""
    rtmidi = load_rtmidi()
    out = rtmidi.MidiOut(rtmidi.API_UNIX_JACK, "midi probe")
    names = out.get_ports()
    out.open_port(next(place for place, name in enumerate(names) if target in name), "keys")
    if flood_seconds:
        time.sleep(SETTLE_SECONDS)
        flood(out, flood_seconds)
        print(json.dumps({"flood_seconds": flood_seconds}), flush=True)
        return
    device = open_jack()
    gc.collect()
    gc.freeze()
    gc.disable()
    print("ready", flush=True)
    sys.stdin.readline()
    ear, moments = Ear(LISTEN_SECONDS + 0.5), random.Random(1)
    device.start(ear.process)
    time.sleep(SETTLE_SECONDS)
    level = float(np.sqrt(np.mean(ear.since(time.perf_counter() - 0.2)[0].astype(np.float64) ** 2)))
    delays, muted = [], False
    for _ in range(count):
        time.sleep(moments.uniform(*PAUSE_SECONDS))
        sent = time.perf_counter()
        out.send_message([0x90, NOTE, 100])
        time.sleep(LISTEN_SECONDS)
        delays.append(changed_after(ear, sent, level, louder=muted))
        out.send_message([0x80, NOTE, 0])
        muted = not muted
    found = [None if delay is None else delay * 1000 for delay in delays]
    print(json.dumps({"level": level, "delays_ms": found}), flush=True)
    device.close()


if __name__ == "__main__":
    run(sys.argv[1], int(sys.argv[2]), float(sys.argv[3]) if len(sys.argv) > 3 else 0.0)
