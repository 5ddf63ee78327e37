"""The engine: tiers, controls and the device of the moment, opened, changed, lost and found again."""

from __future__ import annotations

import contextlib
import json
import math
import sys
import time
from dataclasses import replace
from pathlib import Path
from typing import Any

from holostream.codec.tier_model import default_models_folder, load_all_tiers, starting_tier
from holostream.engine.audio_device import AudioDevice, DeviceInfo
from holostream.engine.audio_source import LoopedSource, open_source, silent_source
from holostream.engine.block_path import initial_path
from holostream.engine.callback import AudioCallback
from holostream.engine.command import COMMANDS
from holostream.engine.controls import Controls
from holostream.engine.device_list import DeviceError, built_in, is_file, rescan, wants_virtual
from holostream.engine.memory_lock import lock_memory
from holostream.engine.mixer import initial_mixer
from holostream.engine.open_device import open_device
from holostream.engine.playback_input import PlaybackInput
from holostream.engine.playback_ring import RESAMPLING_BURST
from holostream.engine.priority import keep_thread_running
from holostream.engine.settings import LiveSettings, settings_to_dict
from holostream.engine.shared_state import SharedState
from holostream.engine.voice_opener import VoiceOpener
from holostream.format.audio_file import AudioFileError
from holostream.format.audio_reader import AudioReader

RECONNECT_SECONDS = 1.0


def send_event(event: str, **values: Any) -> None:
    """One JSON line to the control process."""
    sys.stdout.write(json.dumps({"event": event, **values}) + "\n")
    sys.stdout.flush()


class Engine:
    """What lasts as long as the process: path, controls, the device of the moment."""

    def __init__(self, settings: LiveSettings, shared: SharedState, resume: bool) -> None:
        self.settings, self.shared = settings, shared
        tiers = load_all_tiers(settings.models or default_models_folder())
        record = shared.status.record
        resume = resume and bool(record.callbacks)  # else it says nothing yet
        if resume:
            self.controls = Controls(int(record.tier))
            for kind in COMMANDS:
                self.controls.set(kind.name, float(getattr(record, kind.name)))
        else:
            tier = starting_tier(tiers, settings.tier)
            self.controls = Controls(
                tier, settings.input_gain_db, settings.output_gain_db, settings.wet, settings.bypass
            )
            while (asked := shared.commands.receive()) is not None:  # what a session begins with is no change
                self.controls.set(*asked)
        self.playback = PlaybackInput(shared.playback) if settings.playback is not None else None
        if self.playback is not None:
            self.playback.dry = int(record.playback_dry)
        self.path = initial_path(
            tiers,
            shared.lanes,
            shared.dna,
            self.controls,
            recorded=self.playback is not None,
            second=settings.second is not None,
        )
        if resume:
            # Hops and voices go on counting, so that a running recording sees a gap and a new voice: the hop that the engine before was
            # at when it ended may be in the ring already.
            self.path.hop = int(record.hops) + 1
            self.path.newest_voice = self.path.voice.number = int(record.voice) + 1
            mixer = self.path.mixer
            mixer.guard.bad_samples, mixer.limited_hops = int(record.bad_samples), int(record.limited_hops)
            self.path.bad_frames = int(record.bad_frames)
        self.opener = VoiceOpener(self.path, threaded=not settings.virtual_time)
        self.rate = self.path.facts.rate
        self.second: LoopedSource | None = None
        if settings.second is not None and not settings.second_channel:
            try:
                self.second = open_source(Path(settings.second), self.rate, shared.lanes)
                if self.second.remark and not resume:
                    send_event("message", text=self.second.remark)
            except AudioFileError as error:
                if not resume:
                    raise
                self.second = silent_source(shared.lanes)
                send_event("message", text=f"{error}; the second sound is silent now")
        self.device: AudioDevice | None = None
        self._edges: tuple[bool, str, str] | None = None
        """Whether the device of the moment, or the one before, hears the room, and the names of both its sides."""
        self._goes_on = resume
        self._next_try = 0.0
        self._told = ""
        """Why the device could not come back."""

    def open(self, settings: LiveSettings) -> None:
        """Open and start a device. Raises DeviceError."""
        self.close_device()
        device, remark = open_device(self._for_the_time_left(settings), self.rate, self._may_run)
        edges = self._edges
        try:
            remark = self._start(device, settings, remark)
        except BaseException:
            self._edges = edges
            with contextlib.suppress(AudioFileError):  # nothing was heard, and the reason is the other one
                device.close()
            raise
        self.shared.status.record.running = 1
        self.device, self.settings = device, settings
        send_event("device", device=device.info.as_dict(), settings=settings_to_dict(settings))
        if remark:
            send_event("message", text=remark)
        if is_file(settings.output) and Path(device.info.output) != Path(str(settings.output)):  # which is there, from before
            send_event("message", text=f"capturing goes on in {device.info.output}")

    def _for_the_time_left(self, settings: LiveSettings) -> LiveSettings:
        """A virtual device counts its own samples, so that what it captures is as long as was asked for."""
        if settings.seconds is None:
            return settings
        played = self.path.hop * self.path.facts.hop / self.rate
        return replace(settings, seconds=max(0.0, settings.seconds - played))

    def _start(self, device: AudioDevice, settings: LiveSettings, remark: str | None) -> str | None:
        """Its callback; `remark` and what else the user should know."""
        info = device.info
        # A virtual device in virtual time would starve everything else if it ran with priority.
        realtime = not settings.virtual_time and info.api != "jack"
        if (muted := self._beware_of_feedback(info, settings)) is not None:
            remark = muted
            if not self.path.hop:  # nothing fades that never sounded
                self.path.mixer = initial_mixer(self.shared.lanes, self.rate, self.path.facts.hop, self.controls)
        callback = AudioCallback(
            self.path,
            self.controls,
            self.shared,
            info.format,
            realtime,
            self.playback,
            self.second,
            settings.second_channel,
            self.opener,
        )
        record = self.shared.status.record
        record.device_input_latency, record.device_output_latency = info.input_latency, info.output_latency
        demo = info.virtual and settings.input is None
        if settings.second_channel and (demo or info.input_channels < settings.input_lanes):
            missing = f"the input, {info.input}, has no second channel: cross has nothing to cross with"
            remark = f"{remark}; {missing}" if remark else missing
        lock_memory()  # before sound: until it is done, whatever touches a new page waits
        if not info.virtual:
            keep_thread_running()
        device.start(callback.process)
        return remark

    def _beware_of_feedback(self, info: DeviceInfo, settings: LiveSettings) -> str | None:
        """The guard is on where a microphone is, and loudspeakers beside one begin muted, until the user says otherwise: that
        stays as it is when the same device comes back."""
        files = is_file(settings.input) or is_file(settings.output)
        hears = not (info.virtual or files or self.playback is not None)
        before, self._edges = self._edges, (hears, info.input, info.output)
        if self._goes_on and before is None:
            return None  # the device that is back
        if before is None or before[0] != hears:
            self.controls.feedback_guard = hears and not settings.allow_feedback
        loud = hears and not settings.allow_feedback and info.input and built_in(info.input) and built_in(info.output)
        if not loud or self._edges == before:
            return None
        self.controls.mute = True
        return (
            f"muted: '{info.input}' would hear '{info.output}' and howl; use headphones, "
            "then unmute, or start with --allow-feedback"
        )

    def _may_run(self) -> bool:
        """Whether virtual time may go on: never faster than the recorder follows, a script is read or a recording decoded."""
        hold = self.shared.schedule.hold
        if self.shared.dna.fill >= self.shared.dna.capacity // 2 or (hold and self.path.hop >= hold):
            return False
        if self.playback is None:
            return True
        ring, record = self.shared.playback, self.shared.status.record
        if ring.head.closing and not self.played_out():
            return True
        block = math.ceil(record.block * self.rate / record.device_rate)
        if record.device_rate != self.rate:
            block += RESAMPLING_BURST
        return not ring.head.playing or ring.ahead > block

    def played_out(self) -> bool:
        """Whether the last sample of the recording has left the device, and nothing more will come."""
        ring, record = self.shared.playback, self.shared.status.record
        if self.playback is None or not ring.head.closing or not record.device_rate:
            return False
        late = (record.added_latency + record.device_output_latency) / record.device_rate
        return ring.head.rested / self.rate >= late + self.path.facts.hop / self.rate

    def close_device(self, vanished: bool = False) -> None:
        """`vanished`: then only its files are finished, for PortAudio may wait for it for ever."""
        self.shared.status.record.running = 0
        device, self.device = self.device, None
        if device is not None:
            try:
                (device.keep_files if vanished else device.close)()
            except AudioFileError as error:
                send_event("lost", text=f"capturing stopped: {error}")

    def reopen(self, settings: LiveSettings) -> None:
        """Another device on request; the one before comes back if it cannot be opened."""
        before, goes_on = self.settings, self._goes_on
        if self.playback is None and is_file(settings.input):
            try:
                AudioReader(Path(str(settings.input)), self.rate).close()
            except AudioFileError as error:  # what plays may come from memory, and could not be opened again either
                send_event("message", text=str(error))
                return
        self.close_device()
        for attempt in (settings, before):
            self._goes_on = goes_on and attempt is before
            try:
                if attempt.device_api != "virtual":
                    rescan()
                self.open(attempt)
                return
            except DeviceError as error:
                send_event("message", text=str(error))
        # Neither opens now: `watch` keeps looking for the one that worked.

    def watch(self) -> bool:
        """A few times a second: write files, look for a device that is awaited; False once the device has vanished. Raises DeviceError
        if it cannot come back."""
        if self.device is not None:
            if loss := self.device.poll():
                send_event("lost", text=f"capturing stopped: {loss}")
            return self.device.alive()
        if time.monotonic() >= self._next_try:
            self._next_try = time.monotonic() + RECONNECT_SECONDS
            with contextlib.suppress(DeviceError):
                rescan()
            try:
                self.open(self.settings)
            except DeviceError as error:
                if wants_virtual(self.settings):
                    raise  # no waiting helps
                if isinstance(error.__cause__, AudioFileError) and str(error) != self._told:
                    self._told = str(error)
                    send_event("message", text=f"{error}; silent until that is mended, or another input or output chosen")
                return True  # still away; the message stands
            self.shared.status.record.reconnects += 1
            send_event("message", text=f"device is back: {self.device_name()}")
        return True

    def device_name(self) -> str:
        """For messages."""
        if self.device is None:
            return "the device"
        info = self.device.info
        return info.input if info.virtual or is_file(self.settings.output) else info.output or info.input

    def over(self) -> bool:
        """Whether the session has played for as long as it was asked to."""
        if (self.device is not None and self.device.finished()) or self.played_out():
            return True
        seconds = self.settings.seconds
        real = self.device is None or not self.device.info.virtual
        return real and seconds is not None and self.path.hop * self.path.facts.hop >= seconds * self.rate
