"""A session without an engine: levels and DNA that move by a clock.

`python -m tests.ui.fake_session` shows the user interface over it.
"""

from __future__ import annotations

import functools
import math
import sys
import time
from collections import deque
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path
from typing import Any

import numpy as np

from holostream.codec.dna import Dna
from holostream.codec.dna_ring import HEARD, RingFrame
from holostream.codec.tier import TIERS, TierFacts
from holostream.engine.command import COMMANDS, names_missing_tier
from holostream.engine.recorder import KeptStatus, RecordingStatus
from holostream.engine.settings import LiveSettings
from holostream.engine.status import STATUS_TYPE, histogram_bin

FACTS = TierFacts("48k-hop128", 64, 48000, 128, 192, 192, 1, 1, 1, 1, False, "0" * 64)
DEVICES = [
    {"name": "system", "api": "jack", "inputs": 2, "outputs": 2, "rate": 48000},
    {
        "name": "HDA Intel PCH: ALC257 Analog [hw:0,0]",
        "api": "alsa",
        "inputs": 2,
        "outputs": 2,
        "rate": 44100,
    },
    {"name": "USB microphone", "api": "alsa", "inputs": 1, "outputs": 0, "rate": 48000},
    {"name": "HDMI 0", "api": "alsa", "inputs": 0, "outputs": 8, "rate": 48000},
]
FADE_SECONDS = 0.03


@functools.cache
def _frame_codes(phase: int, harmonics: int) -> tuple[np.ndarray, np.ndarray]:
    """Gains (1, 1) and amplitudes (1, 1, harmonics) of something like speech: gliding formants, syllables."""
    seconds = phase / FACTS.frames_per_second
    syllable = max(0.0, math.sin(2 * math.pi * 3.1 * seconds)) ** 0.5
    numbers = np.arange(harmonics) * 64 / max(64, harmonics)
    first, second = 2 + 1.5 * math.sin(1.3 * seconds), 6 + 3 * math.sin(0.9 * seconds + 1)
    shape = 8 * np.exp(-(((numbers - first) / 1.5) ** 2)) + 5 * np.exp(-(((numbers - second) / 2) ** 2))
    hiss = 2.5 * (math.sin(2 * math.pi * 0.7 * seconds) > 0.8) * np.exp(-(((numbers - 30) / 14) ** 2))
    amplitudes = np.round(shape * syllable + hiss).astype(np.uint8)
    return np.array([[round(26 + 16 * syllable)]], np.uint8), amplitudes[np.newaxis, np.newaxis]


class FakeSession:
    """What views see of a session. `clock`, in seconds, moves everything; `sent`, `marks` and `reopened` keep requests."""

    def __init__(
        self, clock: Callable[[], float] = lambda: 10.0, lanes: int = 1, tiers: tuple[int, ...] = TIERS
    ) -> None:
        self._clock, self._lanes, self.tiers = clock, lanes, tiers
        self.noise_tiers: tuple[int, ...] = ()
        self.settings, self.facts = LiveSettings(), FACTS
        self.device: dict[str, Any] = {
            "api": "jack", "input": "system", "output": "system", "rate": 48000, "block": 128,
            "virtual": False,
        }  # fmt: skip
        self.messages: deque[str] = deque(maxlen=100)
        self.recording: RecordingStatus | None = None
        self.kept: KeptStatus | None = KeptStatus(600.0, 2_621_440)
        self.captures = 0
        self.playback: Any = None
        self.ended = False
        self.sent: list[tuple[str, float]] = []
        self.marks: list[str] = []
        self.reopened: list[dict[str, Any]] = []
        self.record = np.zeros(1, STATUS_TYPE)[0]
        self._switched, self._left = -1.0, 0
        self._fill_record()

    def _fill_record(self) -> None:
        record = self.record
        for kind in COMMANDS:
            if kind.group != "mixer":
                record[kind.name] = kind.neutral
        for name, value in {
            "tier": 64, "lanes": self._lanes, "running": 1, "block": 128, "device_rate": 48000.0, "wet": 1.0,
            "feedback_guard": 1, "algorithmic_latency": 192, "added_latency": 64, "device_input_latency": 128,
            "device_output_latency": 256,
        }.items():  # fmt: skip
            record[name] = value
        random = np.random.default_rng(1)
        for histogram, typical_us in (
            (record["callback_time"], 600),
            (record["lateness"], 90),
            *zip(record["stages"], (9, 210, 14, 240, 20, 40, 540), strict=True),
        ):
            for elapsed_us in typical_us * random.lognormal(0, 0.25, 3000):
                histogram[histogram_bin(elapsed_us)] += 1

    def snapshot(self) -> np.void:
        seconds = self._clock()
        record = self.record
        syllable = max(0.0, math.sin(2 * math.pi * 3.1 * seconds)) ** 0.5
        record["hops"] = int(seconds * FACTS.frames_per_second)
        for lane in range(self._lanes):
            loud = (0.002 + (0.45 + 0.3 * math.sin(seconds)) * syllable) * (1 - 0.3 * lane)
            record["input_peak"][lane], record["input_rms"][lane] = loud, loud / 4
            record["output_peak"][lane], record["output_rms"][lane] = 0.8 * loud, 0.2 * loud
        record["fading_from"] = self._left if seconds - self._switched < FADE_SECONDS else 0
        if self.recording is not None:
            self.recording = replace(self.recording, seconds=seconds, bytes=int(seconds * 4600))
        return record.copy()

    def send(self, name: str, value: float) -> bool:
        self.sent.append((name, value))
        if names_missing_tier(name, value, self.tiers):
            return False
        if name == "tier":
            self._left, self._switched = int(self.record["tier"]), self._clock()
        self.record[name] = value
        return True

    def recent_frames(self, count: int) -> list[RingFrame]:
        last, harmonics = int(self._clock() * FACTS.frames_per_second), int(self.record["tier"])
        frames = []
        for hop in range(max(0, last - count), last):
            gains, amplitudes = _frame_codes(hop % 3750, harmonics)
            frames.append(RingFrame(hop, 1, HEARD, 0, 0, Dna(gains, amplitudes, amplitudes)))
        return frames

    def toggle_recording(self) -> None:
        path = Path.home() / "holostream-20250101-120000.holo"
        self.recording = RecordingStatus(path, 0.0, 0, 0) if self.recording is None else None

    def capture(self) -> None:
        self.captures += 1
        self.messages.append("captured the last 10:00.000 to holostream-captured-20250101-120000.holo")

    def mark(self, text: str = "") -> None:
        self.marks.append(text)
        self.messages.append(f"marker {len(self.marks)} at 0:10.000")

    def list_devices(self) -> list[dict[str, Any]]:
        return DEVICES

    def reopen(self, **changes: Any) -> None:
        self.reopened.append(changes)
        self.messages.append(f"opened {changes}")


def main() -> None:
    """The user interface over moving data, and the processor time it took."""
    from holostream.ui.app import run_ui

    session = FakeSession(time.monotonic)
    session.messages.append("no sound card: playing the demo voice through the virtual device")
    started, cpu = time.monotonic(), time.process_time()
    run_ui(session)
    passed = time.monotonic() - started
    share = (time.process_time() - cpu) / passed
    print(f"{passed:.1f} s, {100 * share:.1f} % of a core, start included", file=sys.stderr)


if __name__ == "__main__":
    main()
