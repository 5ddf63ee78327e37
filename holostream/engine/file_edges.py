"""A file in place of one side of a real device: play a file to a sound card, or record a microphone to a .wav."""

from __future__ import annotations

from dataclasses import replace

import numpy as np

from holostream.engine.audio_device import AudioDevice, Process
from holostream.engine.audio_source import LoopedSource
from holostream.engine.sample_ring import SampleRing
from holostream.format.audio_file import AudioFileError
from holostream.format.audio_writer import AudioWriter

LARGEST_BLOCK = 1 << 14
RING_SECONDS = 4


class FileInput:
    """An output-only device whose input is a looped file."""

    def __init__(self, device: AudioDevice, source: LoopedSource, name: str) -> None:
        self._device, self._source = device, source
        self._block = np.zeros((LARGEST_BLOCK, source.channels), np.float32)
        self.info = replace(device.info, input=name, input_channels=source.channels)

    def start(self, process: Process) -> None:
        def fill_and_process(indata: np.ndarray, outdata: np.ndarray, overflow: bool, underflow: bool) -> None:
            block = self._block[: outdata.shape[0]]
            self._source.fill(block)
            process(block, outdata, overflow, underflow)

        self._device.start(fill_and_process)

    def poll(self) -> str | None:
        return self._device.poll()

    def alive(self) -> bool:
        return self._device.alive()

    def finished(self) -> bool:
        return self._device.finished()

    def keep_files(self) -> None:
        """There are none: this one is read."""

    def close(self) -> None:
        self._device.close()


class FileOutput:
    """An input-only device whose output goes to a .wav: the callback fills a ring, `poll` empties it to the file."""

    def __init__(self, device: AudioDevice, writer: AudioWriter, name: str, lanes: int) -> None:
        self._device, self._writer = device, writer
        self._ring = SampleRing(lanes, RING_SECONDS * device.info.rate)
        self._block = np.zeros((LARGEST_BLOCK, lanes), np.float32)
        self._closed = self._broken = False
        self._name, self._told_dropped = name, 0
        self.info = replace(device.info, output=name, output_channels=lanes)

    def start(self, process: Process) -> None:
        def process_and_keep(indata: np.ndarray, outdata: np.ndarray, overflow: bool, underflow: bool) -> None:
            block = self._block[: indata.shape[0]]
            process(indata, block, overflow, underflow)
            self._ring.write(block.T)

        self._device.start(process_and_keep)

    def poll(self) -> str | None:
        waiting = np.empty((self._block.shape[1], self._ring.fill), np.float32)
        self._ring.read(waiting)
        if not self._broken:
            try:
                self._writer.write(waiting)
            except AudioFileError as error:
                self._broken = True
                return str(error)
        if missing := self._ring.dropped - self._told_dropped:
            self._told_dropped += missing
            seconds = missing / self.info.rate
            return f"{self._name} lacks {seconds:.2f} s: the disk was too slow for it; capture to another one"
        return self._device.poll()

    def alive(self) -> bool:
        return self._device.alive()

    def finished(self) -> bool:
        return self._device.finished()

    def close(self) -> None:
        if not self._closed:
            self._device.close()
        self.keep_files()

    def keep_files(self) -> None:
        if not self._closed:
            self._closed = True
            loss = self.poll()
            if not self._broken:
                self._writer.close()
            if loss is not None:
                raise AudioFileError(loss)
