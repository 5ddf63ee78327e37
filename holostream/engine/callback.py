"""What runs for every block of the device: commands in, the block path hop by hop, samples and counters out.

    device block -> mono/stereo -> [resample] -> gather a hop -> step -> queue -> [resample] -> queue -> device block

It never prints or raises, and waits for nothing but a voice that is just being opened beside it, which takes no longer there than
here; whatever goes wrong is counted and sounds like silence.
"""

from __future__ import annotations

import ctypes
import math
import time
from dataclasses import dataclass

import numpy as np
import soxr

from holostream.engine.audio_source import LoopedSource
from holostream.engine.block_path import PathState, step
from holostream.engine.command import COMMANDS
from holostream.engine.controls import Controls
from holostream.engine.memory_lock import reserve_memory
from holostream.engine.playback_input import PlaybackInput
from holostream.engine.priority import raise_thread_priority
from holostream.engine.resampling import device_resamplers, resampled, resampling_prefill
from holostream.engine.sample_ring import SampleRing
from holostream.engine.shared_state import SharedState
from holostream.engine.status import STAGES, histogram_bin
from holostream.engine.voice_opener import VoiceOpener

RING_SAMPLES = 1 << 15
"""Beside a block of the device, room for whatever else waits."""
LEVEL_DECAY = 0.94
"""Per hop: a peak is forgotten by half within 30 ms; the UI holds peaks longer."""
OPENING = frozenset(kind.name for kind in COMMANDS if kind.name == "tier" or kind.group != "mixer") - {"glide_ms"}
"""Commands that may ask for another voice, with which they fade; not how long gains glide, which those of the same call must know."""


@dataclass(frozen=True)
class DeviceFormat:
    """What the device delivers and takes, as granted. `block` 0: it varies from call to call."""

    rate: int
    block: int
    input_channels: int
    output_channels: int


class AudioCallback:
    """`process` is the device's callback; everything it needs is made here, before sound starts."""

    def __init__(
        self,
        path: PathState,
        controls: Controls,
        shared: SharedState,
        device: DeviceFormat,
        realtime: bool,
        playback: PlaybackInput | None = None,
        second: LoopedSource | None = None,
        second_channel: bool = False,
        opener: VoiceOpener | None = None,
    ) -> None:
        """`opener` prepares the path's next voice; if none is given, that happens inside the callback. With `playback` the sound is
        a recording's instead of the device's. The path's second source is `second`, (n, lanes) at the model's rate, or the
        device's second channel beside the only lane."""
        self.path, self.controls, self.shared, self.device = path, controls, shared, device
        self._opener = opener or VoiceOpener(path, threaded=False)
        lanes, facts = shared.lanes, path.facts
        self._lanes, self._hop = lanes, facts.hop
        self._input_lanes = lanes + second_channel
        self._hop_in = np.zeros((self._input_lanes, facts.hop), np.float32)
        self._silent_hop = np.zeros((lanes, facts.hop), np.float32)
        self._second, self._second_block = second, np.zeros((facts.hop, lanes), np.float32)
        block = device.block or facts.hop
        self._gather = SampleRing(self._input_lanes, RING_SAMPLES + math.ceil(block * facts.rate / device.rate))
        self._resampling = device.rate != facts.rate
        self._to_model: soxr.ResampleStream | None = None
        self._to_device: soxr.ResampleStream | None = None
        if self._resampling:
            self._to_model, _ = device_resamplers(device.rate, facts.rate, self._input_lanes)
            _, self._to_device = device_resamplers(device.rate, facts.rate, lanes)
        prefill = (
            resampling_prefill(device.rate, facts.rate, facts.hop, block)
            if self._resampling
            else facts.held_back(block)
        )
        self._queue = SampleRing(lanes, RING_SAMPLES + block, prefill)
        self._grain, self._prefill = math.gcd(block, facts.hop), prefill
        self._status, self._stages = shared.status, shared.status.stages
        self._playback, self._kept_input = playback, shared.input
        self._marked = 0
        self._last_call = 0
        self._first_call, self._realtime = True, realtime
        self._publish_facts(prefill)

    def _publish_facts(self, prefill: int) -> None:
        record, facts, status = self._status.record, self.path.facts, self._status
        scale = self.device.rate / facts.rate
        # What the resamplers add is what the same blocks would not need without them.
        plain = facts.held_back(self.device.block or facts.hop)
        resampling = prefill - round(plain * scale) if self._resampling else 0
        status.begin()
        record.lanes, record.block, record.device_rate = self._lanes, self.device.block, self.device.rate
        record.algorithmic_latency = round(facts.latency_samples * scale)
        record.resampling_latency = resampling
        record.added_latency = prefill + round(facts.overlap * scale)
        record.tier, record.fading_from = self.path.voice.runner.facts.harmonics, 0
        for kind in COMMANDS:  # who looks before the first call is told no zeros
            if kind.name != "tier":
                setattr(record, kind.name, self.controls.value(kind.name))
        status.end()

    def process(self, indata: np.ndarray, outdata: np.ndarray, overflow: bool = False, underflow: bool = False) -> None:
        """One block: (n, input channels) float32 in, (n, output channels) float32 to fill. Never raises."""
        started = time.perf_counter_ns()
        record = self._status.record
        self._status.begin()
        try:
            if self._first_call:
                self._first_call = False
                self._begin()
            self._run(indata, outdata)
        except Exception:  # an exception would stop the stream: it is counted and shown instead
            outdata.fill(0.0)
            record.errors += 1
        record.input_overflows += overflow
        record.output_underflows += underflow
        self._open_voice()  # first: in virtual time the next call may be long in coming, and the status must tell of the voice
        self._measure(started, outdata.shape[0])
        self._status.end()

    def _begin(self) -> None:
        """What needs the audio thread, or a device that plays: its priority and memory, and the values that no command set."""
        if self._realtime:
            raise_thread_priority()
        reserve_memory()
        for kind in COMMANDS:
            if kind.group == "mixer" or not self.path.hop:  # another device changes nothing else
                self._apply(kind.name, self.controls.value(kind.name))

    def _receive_commands(self, hops: int) -> dict[str, float]:
        """All that came; of several for the same value only the last counts. Returned are those that wait for the second of two
        `hops`: a voice that the first one asks for would be opened within this call, which takes longer than a hop."""
        commands = self.shared.commands
        newest: dict[str, float] = {}
        waiting: dict[str, float] = {}
        while (received := commands.receive()) is not None:
            name, value = received
            newest.pop(name, None)
            newest[name] = value
        for name, value in newest.items():
            if hops == 2 and name in OPENING:
                waiting[name] = value
            else:
                self._apply(name, value)
        return waiting

    def _apply(self, name: str, value: float) -> None:
        self.controls.set(name, value)
        if name != "tier":  # shown as heard
            setattr(self._status.record, name, value)
        self.shared.applied.report(self.path.hop, name, value)

    def _run(self, indata: np.ndarray, outdata: np.ndarray) -> None:
        lanes_in = self._to_lanes(indata)
        if self._to_model is not None:
            lanes_in = resampled(self._to_model, lanes_in)
        if self._playback is not None:
            lanes_in = self._playback.take(lanes_in.shape[1])
        self._gather.write(lanes_in)
        waiting = self._receive_commands(self._gather.fill // self._hop)
        while self._gather.fill >= self._hop:
            self._gather.read(self._hop_in)
            if self._gather.fill < self._hop:
                for name, value in waiting.items():
                    self._apply(name, value)
            sound = self._one_hop()
            self._queue.write(sound if self._to_device is None else resampled(self._to_device, sound))
        out = np.empty((self._lanes, outdata.shape[0]), np.float32)
        self._grain = math.gcd(self._grain, outdata.shape[0])
        if grown := self._queue.take(out, self._hop - self._grain - self._prefill):
            self._prefill += grown
            record = self._status.record
            record.added_latency += grown
            record.latency_changes += 1
        if outdata.shape[1] == self._lanes:
            outdata[:] = out.T
        else:
            outdata[:] = out.mean(axis=0)[:, np.newaxis]

    def _to_lanes(self, indata: np.ndarray) -> np.ndarray:
        """(n, channels) -> (lanes, n): as they are, their mean for one lane, the one channel for both lanes."""
        channels, lanes = indata.shape[1], self._input_lanes
        if channels == lanes:
            return indata.T
        if lanes == 1:
            return indata.mean(axis=1, dtype=np.float32)[np.newaxis]
        return np.repeat(indata[:, :1].T, lanes, axis=0) if channels == 1 else indata[:, :lanes].T

    def _second_hop(self) -> np.ndarray | None:
        """(lanes, hop) of the second source."""
        if self._second is None:
            return self._hop_in[self._lanes :] if self._input_lanes > self._lanes else None
        self._second.fill(self._second_block)
        return self._second_block.T

    def _open_voice(self) -> None:
        try:
            self._opener.begin()
        except Exception:
            self._status.record.errors += 1

    def _one_hop(self) -> np.ndarray:
        path, record = self.path, self._status.record
        hop, started = path.hop, time.perf_counter_ns()
        self._marked = started
        try:
            while (due := self.shared.schedule.receive(path.hop)) is not None:
                self._apply(*due)
            if self._kept_input is not None:
                self._kept_input.write(path.hop, self._hop_in)
            self._opener.finish()
            sound = step(self._hop_in[: self._lanes], path, self.controls, self._mark, self._second_hop())
        except Exception:  # a tier that fails must not stop the next hop
            record.errors += 1
            record.hops = path.hop = hop + 1  # which is another one, or a recording would hold this one twice
            return self._silent_hop
        self._stages[len(STAGES) - 1][histogram_bin((self._marked - started) / 1000)] += 1
        record.hops = path.hop
        levels = path.mixer.levels
        self._show_levels(record.input_peak, record.input_rms, levels.input_peak, levels.input_mean_square)
        self._show_levels(record.output_peak, record.output_rms, levels.output_peak, levels.output_mean_square)
        return sound

    def _show_levels(
        self, shown_peak: ctypes.Array, shown_rms: ctypes.Array, peaks: list[float], mean_squares: list[float]
    ) -> None:
        for lane in range(self._lanes):
            shown_peak[lane] = max(peaks[lane], shown_peak[lane] * LEVEL_DECAY)
            before = shown_rms[lane] ** 2
            shown_rms[lane] = math.sqrt(before + (mean_squares[lane] - before) * (1 - LEVEL_DECAY))

    def _mark(self, stage: int) -> None:
        now = time.perf_counter_ns()
        self._stages[stage][histogram_bin((now - self._marked) / 1000)] += 1
        self._marked = now

    def _measure(self, started: int, block: int) -> None:
        status, record, path, mixer = self._status, self._status.record, self.path, self.path.mixer
        block_us = block / self.device.rate * 1e6
        if self._last_call:
            late_us = (started - self._last_call) / 1000 - block_us
            status.lateness[histogram_bin(late_us)] += 1
            record.late_callbacks += late_us > block_us
        self._last_call = started
        record.callbacks += 1
        record.block = block
        record.tier = (path.incoming or path.voice).runner.facts.harmonics
        record.voice = path.newest_voice
        record.fading_from = path.voice.runner.facts.harmonics if path.incoming else 0
        record.guard_active = mixer.howl.active
        record.limiter_db = 20 * math.log10(mixer.limiter.gain)
        record.bad_samples, record.bad_frames = mixer.guard.bad_samples, path.bad_frames
        record.limited_hops = mixer.limited_hops
        if self._playback is not None:
            record.playback_dry = self._playback.dry
        record.output_fill = self._queue.fill
        status.callback_time[histogram_bin((time.perf_counter_ns() - started) / 1000)] += 1
