"""The engine process: loads the tiers, opens the device, and then hardly runs any Python but the audio callback.

Run by `session` as `python -m holostream.engine.engine_process JSON`. Requests arrive as JSON lines on stdin
({"open": settings} or {"quit": true}; end of input quits too, so no engine outlives its control process); events
leave as JSON lines on stdout: ready, device, message, failed, ended. Sound commands, status and DNA go through shared
memory. Whatever audio libraries print goes to stderr, which the session keeps in a log.
"""

from __future__ import annotations

import gc
import json
import sys
import threading
import time
from collections import deque
from dataclasses import replace
from pathlib import Path
from typing import Any

from holostream.codec.tier_model import ModelError, default_models_folder, load_all_tiers
from holostream.engine.audio_device import AudioDevice, DeviceError, built_in, rescan
from holostream.engine.block_path import Controls, initial_path
from holostream.engine.callback import AudioCallback
from holostream.engine.open_device import open_device
from holostream.engine.settings import LiveSettings, settings_from_dict
from holostream.engine.shared_state import SharedState

TICK_SECONDS = 0.05
RECONNECT_SECONDS = 1.0


def send_event(event: str, **values: Any) -> None:
    """One JSON line to the control process."""
    sys.stdout.write(json.dumps({"event": event, **values}) + "\n")
    sys.stdout.flush()


class Engine:
    """What lasts as long as the process: path, controls, the device of the moment."""

    def __init__(self, settings: LiveSettings, shared: SharedState) -> None:
        self.settings, self.shared = settings, shared
        tiers = load_all_tiers(settings.models or default_models_folder())
        if settings.tier not in tiers:
            raise ModelError(f"there is no tier {settings.tier}; the tiers are {', '.join(map(str, tiers))}")
        self.controls = Controls(
            settings.tier, settings.input_gain_db, settings.output_gain_db, settings.wet,
        )
        self.path = initial_path(tiers, shared.lanes, shared.dna, self.controls)
        self.rate = self.path.facts.rate
        self.device: AudioDevice | None = None
        self._next_try = 0.0
        self._lost_name = ""

    def open(self, settings: LiveSettings) -> None:
        """Open and start a device. Raises DeviceError."""
        self.close_device()
        device, remark = open_device(settings, self.rate, lambda: self.shared.dna.fill < self.shared.dna.capacity // 2)
        info = device.info
        # A virtual device in virtual time would starve everything else if it ran with priority.
        realtime = not settings.virtual_time and info.api != "jack"
        self.controls.feedback_guard = not info.virtual and not settings.allow_feedback
        callback = AudioCallback(self.path, self.controls, self.shared, info.format, realtime)
        record = self.shared.status.record
        record["device_input_latency"], record["device_output_latency"] = info.input_latency, info.output_latency
        if not settings.allow_feedback and info.input and built_in(info.input) and built_in(info.output):
            self.controls.mute = True
            remark = (f"muted: '{info.input}' would hear '{info.output}' and howl; use headphones, "
                      "then unmute, or start with --allow-feedback")
        try:
            device.start(callback.process)
        except DeviceError:
            device.close()
            raise
        record["running"] = 1
        self.device, self.settings = device, settings
        send_event("device", device=info.as_dict())
        if remark:
            send_event("message", text=remark)

    def close_device(self) -> None:
        self.shared.status.record["running"] = 0
        if self.device is not None:
            self.device.close()
            self.device = None

    def reopen(self, settings: LiveSettings) -> None:
        """Another device on request; the one before comes back if it cannot be opened."""
        before = self.settings
        self.close_device()
        for attempt in (settings, before):
            try:
                if not attempt.device_api == "virtual":
                    rescan()
                self.open(attempt)
                return
            except DeviceError as error:
                send_event("message", text=str(error))
        self._lose("the device")

    def _lose(self, name: str) -> None:
        self._lost_name = name
        self._next_try = time.monotonic() + RECONNECT_SECONDS
        send_event("message", text=f"device lost: {name}; silent, looking for it every second")

    def watch(self) -> None:
        """A few times a second: write files, notice a vanished device, look for it by name."""
        if self.device is not None:
            self.device.poll()
            if not self.device.alive():
                info = self.device.info
                if not info.virtual:
                    # By name from now on, so that no other device is taken in its place.
                    self.settings = replace(self.settings, device_api=info.api)
                self.close_device()
                self._lose(info.output or info.input)
        elif time.monotonic() >= self._next_try:
            self._next_try = time.monotonic() + RECONNECT_SECONDS
            try:
                rescan()
                self.open(self.settings)
            except DeviceError:
                return  # still away; the message stands
            self.shared.status.record["reconnects"] += 1
            send_event("message", text=f"device is back: {self._lost_name}")

    def over(self) -> bool:
        """Whether the session has played for as long as it was asked to."""
        if self.device is not None and self.device.finished():
            return True
        seconds = self.settings.seconds
        real = self.device is None or not self.device.info.virtual
        return real and seconds is not None and self.path.hop * self.path.facts.hop >= seconds * self.rate


def _read_requests(requests: deque[dict]) -> None:
    for line in sys.stdin:
        requests.append(json.loads(line))
    requests.append({"quit": True})


def run(arguments: dict) -> int:
    """Until quit, end of input, or the end of the session; returns the exit code."""
    settings = settings_from_dict(arguments["settings"])
    shared = SharedState.attach(Path(arguments["shared"]), 2 if settings.stereo else 1, settings.ring_frames)
    try:
        engine = Engine(settings, shared)
        gc.collect()
        gc.freeze()
        gc.disable()
        engine.open(settings)
    except (ModelError, DeviceError) as error:
        send_event("failed", text=str(error))
        return 1
    send_event("ready")
    requests: deque[dict] = deque()
    threading.Thread(target=_read_requests, args=(requests,), daemon=True).start()
    while not engine.over():
        while requests:
            request = requests.popleft()
            if request.get("quit"):
                engine.close_device()
                return 0
            if "open" in request:
                engine.reopen(settings_from_dict(request["open"]))
        try:
            engine.watch()
        except DeviceError as error:
            send_event("failed", text=str(error))
            engine.close_device()
            return 1
        time.sleep(TICK_SECONDS)
    engine.close_device()
    send_event("ended")
    return 0


if __name__ == "__main__":
    sys.exit(run(json.loads(sys.argv[1])))
