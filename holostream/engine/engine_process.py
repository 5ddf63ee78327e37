"""The engine process: loads the tiers, opens the device, and then hardly runs any Python but the audio callback.

Run by `session` as `python -m holostream.engine.engine_process JSON`. Requests arrive as JSON lines on stdin
({"open": settings} or {"quit": true}; end of input quits too, so no engine outlives its control process); events
leave as JSON lines on stdout: ready, device, message, lost, failed. Sound commands, status and DNA go through shared
memory. Whatever audio libraries print goes to stderr, which the session keeps in a log.

When the device vanishes, the process ends with DEVICE_LOST and the session starts another one that goes on where the
status stands and looks for the device by name: PortAudio may wait for ever to close a stream whose server has died,
and a fresh process is the one sure way out of any audio library's trouble.
"""

from __future__ import annotations

import gc
import json
import os
import sys
import threading
import time
from collections import deque
from pathlib import Path

from holostream.codec.tier_model import ModelError
from holostream.engine.device_list import DeviceError
from holostream.engine.engine import Engine, send_event
from holostream.engine.memory_lock import keep_freed_memory
from holostream.engine.settings import settings_from_dict
from holostream.engine.shared_state import SharedState
from holostream.format.audio_file import AudioFileError

DEVICE_LOST = 75
TICK_SECONDS = 0.05
CLOSING_SECONDS = 5.0
GIVE_WAY_SECONDS = 1e-4
"""After which other threads of the engine give the interpreter to the callback that waits for it; Python's own 5 ms are more
than a block."""


def _read_requests(requests: deque[dict]) -> None:
    for line in sys.stdin:
        requests.append(json.loads(line))
    requests.append({"quit": True, "orphaned": True})


def _end_within(seconds: float) -> None:
    """A stream does not close if its sound server died before it, and of an orphan nobody else takes care."""
    timer = threading.Timer(seconds, os._exit, (1,))
    timer.daemon = True
    timer.start()


def run(arguments: dict) -> int:
    """Until quit, end of input, or the end of the session; returns the exit code."""
    sys.setswitchinterval(GIVE_WAY_SECONDS)
    settings = settings_from_dict(arguments["settings"])
    shared = SharedState.attach(Path(arguments["shared"]), 2 if settings.stereo else 1, settings.ring_frames)
    try:
        engine = Engine(settings, shared, bool(arguments["resume"]))
        gc.collect()
        gc.freeze()
        gc.disable()
        keep_freed_memory()  # from now on: what loading has freed is given back
        engine.opener.start()
        if not arguments["resume"]:
            engine.open(settings)
    except (ModelError, DeviceError, AudioFileError, ValueError) as error:
        send_event("failed", text=str(error))
        return 1
    send_event("ready")
    requests: deque[dict] = deque()
    threading.Thread(target=_read_requests, args=(requests,), daemon=True).start()
    while not engine.over():
        while requests:
            request = requests.popleft()
            if request.get("quit"):
                if request.get("orphaned"):
                    shared.path.unlink(missing_ok=True)  # its owner was killed
                    _end_within(CLOSING_SECONDS)
                engine.close_device()
                return 0
            if "open" in request:
                engine.reopen(settings_from_dict(request["open"]))
        try:
            if not engine.watch():
                send_event("message", text=f"device lost: {engine.device_name()}; silent, looking for it every second")
                engine.close_device(vanished=True)
                os._exit(DEVICE_LOST)
        except DeviceError as error:
            send_event("failed", text=str(error))
            engine.close_device()
            return 1
        time.sleep(TICK_SECONDS)
    engine.close_device()
    return 0


if __name__ == "__main__":
    sys.exit(run(json.loads(sys.argv[1])))
