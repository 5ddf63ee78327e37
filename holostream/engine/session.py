"""A live session as the control process sees it: starts the engine process, steers it, follows its DNA, records.

Views look at it and ask it for recordings, captures and other devices; commands reach it through `control.performance`, and
scripts feed the engine's schedule as well.
"""

from __future__ import annotations

import json
import math
import subprocess
import threading
import time
from collections import deque
from dataclasses import replace
from pathlib import Path
from typing import Any

import numpy as np

from holostream.codec.dna_ring import RingFrame
from holostream.codec.tier import TierFacts
from holostream.codec.tier_model import default_models_folder, present_tiers, read_facts, starting_tier
from holostream.engine.ask_devices import ask_devices
from holostream.engine.awake_processors import AwakeProcessors, share_processors
from holostream.engine.command import names_missing_tier
from holostream.engine.command_sender import CommandSender
from holostream.engine.device_list import DeviceError, lasting_name
from holostream.engine.engine_launch import (
    QUIT_TIMEOUT_SECONDS,
    ask_engine,
    end_engine,
    launch_engine,
    log_path,
    why_late,
)
from holostream.engine.engine_process import DEVICE_LOST
from holostream.engine.missing_sounds import MissingSounds
from holostream.engine.playback import FROM_THE_START, Playback, PlaybackOptions
from holostream.engine.recorder import KeptStatus, RecordingStatus
from holostream.engine.recordings import Recordings
from holostream.engine.settings import LOWEST_RATE, LiveSettings, settings_from_dict, settings_to_dict
from holostream.engine.shared_state import SharedState
from holostream.format.recorded_sound import RecordedSound
from holostream.format.table_store import all_current_tables

DRAIN_SECONDS = 0.05
START_TIMEOUT_SECONDS = 30.0
CRASH_SECONDS = 10.0
"""An engine that has ended unexpectedly and does so again within this time stays away."""


class Session:
    """Use as a context manager; `__enter__` returns when sound runs.

    Raises ModelError or DeviceError (from `__enter__`) with the engine's own sentence when it cannot start.
    """

    def __init__(
        self,
        settings: LiveSettings,
        sound: RecordedSound | None = None,
        playing: PlaybackOptions = FROM_THE_START,
    ) -> None:
        """`sound`: what plays instead of any input, where `settings.playback` names its file; it stays the caller's."""
        models = settings.models or default_models_folder()
        there = present_tiers(models)
        tier = starting_tier(there, settings.tier)
        self.settings = replace(settings, tier=tier)
        self._tiers: dict[int, TierFacts] = {harmonics: read_facts(models, harmonics) for harmonics in there}
        self.facts = self._tiers[tier]
        self.device: dict[str, Any] = {}
        self.messages: deque[str] = deque(maxlen=100)
        self.losses: list[str] = []
        """Those of the messages, however long ago, that tell of something that was to be kept and is not."""
        self.failure: str | None = None
        """Why the engine ended, if it did not end well."""
        tables = all_current_tables(models, self._tiers)
        kept = (settings.input_lanes, self.facts.hop) if settings.keep_input else None
        self.shared = SharedState.create(settings.lanes, settings.ring_frames, kept)
        self._sender = CommandSender(self.shared.commands)
        self._missing = MissingSounds(self._tiers, settings.second is not None)
        self.playback: Playback | None = None
        if sound is not None:
            block_seconds = (settings.block or self.facts.hop) / (settings.rate or LOWEST_RATE)
            self.playback = Playback(sound, self.shared.playback, self.facts.rate, playing, block_seconds)
        self._recordings = Recordings(settings, self.shared, self._tiers, tables, self.messages, self.losses)
        self._engine: subprocess.Popen[str] | None = None
        self._awake: AwakeProcessors | None = None
        self._ready, self._ended, self._closing = threading.Event(), threading.Event(), threading.Event()
        self._threads: list[threading.Thread] = []

    def __enter__(self) -> Session:
        try:
            self._start()
        except BaseException:
            was_recording = self.recording is not None
            self.close()  # which writes what was heard until now
            if was_recording and not self._recordings.heard and self.settings.record is not None:
                self.settings.record.unlink(missing_ok=True)  # the name stays free for the next try
            raise
        return self

    def _start(self) -> None:
        if self.settings.record is not None:
            self.start_recording(self.settings.record)
        if self.playback is not None:
            self.playback.start()
        if self.settings.stay_awake:
            self._awake = AwakeProcessors()
            if self._awake.remark is not None:
                self.messages.append(self._awake.remark)
        self._engine = self._launch(resume=False)
        for target in (self._supervise, self._follow_dna):
            thread = threading.Thread(target=target, daemon=True)
            thread.start()
            self._threads.append(thread)
        deadline = time.monotonic() + START_TIMEOUT_SECONDS
        while not self._ready.wait(0.01):
            if self._ended.is_set() or time.monotonic() > deadline:
                raise DeviceError(self.failure or why_late(self.settings, START_TIMEOUT_SECONDS))

    def __exit__(self, *exception: object) -> None:
        self.close()

    def _launch(self, resume: bool) -> subprocess.Popen[str]:
        engine = launch_engine(self.settings, self.shared.path, resume)
        if self._awake is not None:
            share_processors(engine.pid)
        return engine

    def _supervise(self) -> None:
        try:
            self._follow_engines()
        except Exception as error:  # nobody else is told
            self.failure = self.failure or f"the session cannot go on ({type(error).__name__}: {error}); what was recorded is safe"
        finally:  # whoever waits for the end would wait for ever
            self._ended.set()

    def _follow_engines(self) -> None:
        """Read events until the engine ends; start another one if it ended because its device vanished, or unexpectedly, but not
        soon after the last time."""
        crashed = -math.inf
        while True:
            engine = self._engine
            assert engine is not None
            assert engine.stdout is not None
            for line in engine.stdout:
                self._receive(line)
            code = engine.wait()
            if self._closing.is_set():
                break
            self.shared.status.record.running = 0  # it may not have been able to say so
            if code != DEVICE_LOST:
                before, crashed = crashed, time.monotonic()
                seldom = self._ready.is_set() and crashed - before > CRASH_SECONDS
                if not code or self.failure is not None or not seldom or self.settings.virtual_time:
                    break
                self.messages.append(f"the engine ended unexpectedly (code {code}) and begins again; see {log_path()}")
            if not self.device.get("virtual"):
                # By its whole name from now on, so that no other device is taken in its place.
                self.settings = replace(
                    self.settings,
                    device_api=self.device["api"],
                    input=lasting_name(self.settings.input, self.device["input"]),
                    output=lasting_name(self.settings.output, self.device["output"]),
                )
            try:
                self._engine = self._launch(resume=True)
            except OSError as error:
                self.messages.append(f"the engine cannot begin again: {error.strerror}")
                break
            if self._closing.is_set():  # too late for `close` to see this one
                end_engine(self._engine)
        if code and not self._closing.is_set():
            self.failure = self.failure or f"the engine ended unexpectedly (code {code}); what was recorded is safe; see {log_path()}"
            if self.kept is not None and self.kept.seconds and not self.settings.virtual_time:
                self.capture()  # nobody can any more

    def _receive(self, line: str) -> None:
        try:
            event = json.loads(line)
        except ValueError:
            event = None
        if not isinstance(event, dict):
            return  # a library printed to stdout
        kind = event.get("event")
        if kind == "device":
            self.device = event["device"]
            self.settings = settings_from_dict(event["settings"])  # what was asked for, or what it fell back to
        elif kind == "message":
            self.messages.append(event["text"])
        elif kind == "lost":
            self.messages.append(event["text"])
            self.losses.append(event["text"])
        elif kind == "failed":
            self.failure = event["text"]
        elif kind == "ready":
            self._ready.set()

    def _follow_dna(self) -> None:
        while not self._closing.is_set() and not self._ended.is_set():
            self._sender.flush()
            self._recordings.drain()
            # In virtual time the engine waits for us, in real time the ring holds seconds.
            time.sleep(0.002 if self.settings.virtual_time else DRAIN_SECONDS)

    @property
    def ended(self) -> bool:
        """The engine is gone: its time was over, or `failure` says why."""
        return self._ended.is_set()

    @property
    def tiers(self) -> tuple[int, ...]:
        """Harmonics of the tiers that can be played."""
        return tuple(self._tiers)

    @property
    def noise_tiers(self) -> tuple[int, ...]:
        """Those whose last pair (of the first layer) is no harmonic but tells of noise."""
        return tuple(harmonics for harmonics, facts in self._tiers.items() if facts.noise_pair)

    def snapshot(self) -> np.void:
        """The engine's status now: see `status.STATUS_TYPE`."""
        return self.shared.status.snapshot()

    def send(self, name: str, value: float) -> bool:
        """A command for the next hop, from any thread; however many come, the last value of each gets there. A tier that
        the models folder lacks is a message instead, and False. While a recording plays a tier is heard at once, instead of
        what was recorded.

        Raises ValueError for an unknown name or value.
        """
        if (sentence := self._missing.sentence(name, value)) is not None:
            self.messages.append(sentence)
        if names_missing_tier(name, value, self._tiers):
            return False
        if name == "tier" and self.playback is not None:
            self._sender.send("bypass", 0)  # to choose a tier is to want to hear it
        self._sender.send(name, value)
        return True

    def recent_frames(self, count: int) -> list[RingFrame]:
        """The newest heard frames, oldest first."""
        return self._recordings.recent(count)

    @property
    def recording(self) -> RecordingStatus | None:
        """None while nothing is recorded."""
        return self._recordings.status

    @property
    def kept(self) -> KeptStatus | None:
        """What a capture would hold; None if nothing is kept."""
        return self._recordings.kept

    def start_recording(self, path: Path | None = None) -> None:
        """Record to `path`, or a file named by the time in the current folder. Raises OSError, AudioFileError."""
        self._recordings.start(path)

    def toggle_recording(self) -> None:
        """Start or stop; the outcome is a message."""
        self._recordings.toggle()

    def capture(self, path: Path | None = None) -> None:
        """Write what was just played to `path`, or a file named by the time; the outcome is a message, soon."""
        self._recordings.capture(path)

    def mark(self, text: str = "") -> None:
        """Set a marker at the present hop, in the recording or in what is kept; the outcome is a message.

        Raises ValueError if the text is too long for a file.
        """
        self._recordings.mark(int(self.snapshot()["hops"]), text)

    def list_devices(self) -> list[dict]:
        """What sound devices there are now; why none can be listed is a message."""
        try:
            return ask_devices()
        except DeviceError as error:
            self.messages.append(str(error))
            return []

    def reopen(self, **changes: Any) -> None:
        """Ask for another device: any of LiveSettings' input, output, device_api, block, rate."""
        ask_engine(self._engine, {"open": settings_to_dict(replace(self.settings, **changes))})

    def close(self) -> None:
        """Stop the engine, record what it had heard until then, remove the shared memory. Safe to call twice."""
        self._closing.set()
        if self.playback is not None:
            self.playback.close()
        end_engine(self._engine)
        if self._awake is not None:
            self._awake.close()
        for thread in self._threads:
            thread.join(QUIT_TIMEOUT_SECONDS)
        self._threads.clear()
        self._recordings.close()
        self.shared.close()
