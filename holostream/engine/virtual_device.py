"""A device without a sound card: plays a file or the demo voice, collects the output, in real or in virtual time.

It can also misbehave on request (other block sizes, late calls, unplugging, a drifting clock), so that what must not
upset the engine can be tested without hardware.
"""

from __future__ import annotations

import threading
import time
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path

import numpy as np

from holostream.engine.audio_device import DeviceInfo, Process
from holostream.engine.audio_source import open_source, silent_source
from holostream.engine.settings import API_VIRTUAL, LiveSettings
from holostream.format.audio_file import AudioFileError
from holostream.format.audio_writer import AudioWriter
from holostream.format.new_file import free_name

DEFAULT_BLOCK = 128
RESYNC_SECONDS = 0.1


@dataclass(frozen=True)
class Faults:
    """What goes wrong, for tests. `blocks`: block sizes in turn instead of one; `late_every` calls the next one comes
    `late_seconds` late; after `unplug_after` seconds no more calls; `clock_ppm`: how much too fast the clock runs."""

    blocks: tuple[int, ...] = ()
    late_every: int = 0
    late_seconds: float = 0.0
    unplug_after: float | None = None
    clock_ppm: float = 0.0


class VirtualDevice:
    """Calls `process` from a thread of its own. `may_run` holds virtual time back while readers catch up."""

    def __init__(
        self,
        settings: LiveSettings,
        model_rate: int,
        may_run: Callable[[], bool] = lambda: True,
        faults: Faults = Faults(),
    ) -> None:
        lanes = settings.lanes
        rate, block = settings.rate or model_rate, settings.block or DEFAULT_BLOCK
        source = Path(settings.input) if settings.input is not None else None
        plays = settings.playback
        self._source = open_source(source, rate, settings.input_lanes) if plays is None else silent_source(lanes)
        self._capture: AudioWriter | None = None
        if settings.output is not None:
            self._capture = AudioWriter(free_name(Path(settings.output)), rate, lanes, salvages=True)
        self._samples_left = None if settings.seconds is None else round(settings.seconds * rate)
        self._virtual_time, self._may_run, self._faults = settings.virtual_time, may_run, faults
        self.info = DeviceInfo(
            API_VIRTUAL,
            plays.name if plays else source.name if source else "demo voice",
            str(self._capture.path) if self._capture else "nowhere",
            rate,
            0 if faults.blocks else block,
            self._source.channels,
            lanes,
            block,  # as a sound card, it hands a block over when its last sample has come
            0,
            virtual=True,
        )
        self._blocks = faults.blocks or (block,)
        self._stopping = threading.Event()
        self._done = threading.Event()
        self._unplugged = False
        self._thread: threading.Thread | None = None
        self._loss: str | None = None

    @property
    def remark(self) -> str:
        """What the user should know of what plays, if anything."""
        return self._source.remark

    def start(self, process: Process) -> None:
        self._thread = threading.Thread(target=self._run, args=(process,), name="virtual device", daemon=True)
        self._thread.start()

    def _run(self, process: Process) -> None:
        info, faults = self.info, self._faults
        largest = max(self._blocks)
        indata = np.zeros((largest, info.input_channels), np.float32)
        outdata = np.zeros((largest, info.output_channels), np.float32)
        rate = info.rate * (1 + faults.clock_ppm * 1e-6)
        played, calls, underflow = 0, 0, False
        deadline = time.perf_counter()
        while not self._stopping.is_set() and self._samples_left != 0:
            count = self._blocks[calls % len(self._blocks)]
            if self._samples_left is not None:
                count = min(count, self._samples_left)
                self._samples_left -= count
            self._source.fill(indata[:count])
            process(indata[:count], outdata[:count], False, underflow)
            underflow = False
            if self._capture is not None:
                try:
                    self._capture.write(outdata[:count].T)
                except AudioFileError as error:
                    self._loss, self._capture = str(error), None
            played, calls = played + count, calls + 1
            if faults.unplug_after is not None and played >= faults.unplug_after * info.rate:
                self._unplugged = True
                return
            if self._virtual_time:
                while not self._may_run() and not self._stopping.is_set():
                    time.sleep(0.001)
                continue
            deadline += count / rate
            ahead = deadline - time.perf_counter()
            if faults.late_every and calls % faults.late_every == 0:
                ahead = max(0.0, ahead) + faults.late_seconds
            if ahead > 0:
                time.sleep(ahead)
            elif ahead < -count / rate:
                underflow = True
                if ahead < -RESYNC_SECONDS:
                    deadline = time.perf_counter()
        self._done.set()

    def poll(self) -> str | None:
        loss, self._loss = self._loss, None
        return loss

    def alive(self) -> bool:
        return not self._unplugged

    def finished(self) -> bool:
        return self._done.is_set()

    def close(self) -> None:
        self._stopping.set()
        if self._thread is not None:
            self._thread.join(timeout=2.0)
            self._thread = None
        self.keep_files()

    def keep_files(self) -> None:
        capture, self._capture = self._capture, None
        if capture is not None:
            capture.close()
        if (loss := self.poll()) is not None:
            raise AudioFileError(loss)
