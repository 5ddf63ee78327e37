"""Sound cards and sound servers, through PortAudio: open one stream, learn what was granted, notice when it is gone."""

from __future__ import annotations

import time
from collections.abc import Callable
from dataclasses import asdict, dataclass
from typing import Any, Protocol

import numpy as np

from holostream.engine.callback import DeviceFormat
from holostream.engine.device_list import (
    COMMON_RATES,
    DeviceError,
    accepted_rates,
    find_device,
    list_devices,
    portaudio,
)
from holostream.engine.settings import LiveSettings

FIRST_CALL_SECONDS = 3.0
SILENT_FOR_SECONDS = 1.0
"""Without a callback for so long a device counts as gone."""

Process = Callable[[np.ndarray, np.ndarray, bool, bool], None]


@dataclass(frozen=True)
class DeviceInfo:
    """What was granted. Latencies in samples at `rate`, as the device reports them; `block` 0: it varies."""

    api: str
    input: str
    output: str
    rate: int
    block: int
    input_channels: int
    output_channels: int
    input_latency: int
    output_latency: int
    virtual: bool

    @property
    def format(self) -> DeviceFormat:
        return DeviceFormat(self.rate, self.block, self.input_channels, self.output_channels)

    def as_dict(self) -> dict:
        return asdict(self)


class AudioDevice(Protocol):
    """What the engine needs of a device, real or virtual."""

    info: DeviceInfo

    def start(self, process: Process) -> None:
        """Begin to call `process` for every block."""

    def poll(self) -> str | None:
        """A few times a second, outside the callback: files are written here. Returns why one cannot be any more."""

    def alive(self) -> bool:
        """False once the device has vanished."""

    def finished(self) -> bool:
        """True once a device with an end has reached it."""

    def close(self) -> None:
        """Stop; safe to call twice. Not for a device that has vanished: PortAudio may wait for it for ever.

        Raises AudioFileError for a file that could not be written to its end.
        """

    def keep_files(self) -> None:
        """Finish what is written to files, as `close` does, and leave the sound system alone. Raises AudioFileError."""


class PortAudioDevice:
    """One stream: full duplex, or output only when the input is a file, or input only when the output is one."""

    def __init__(self, settings: LiveSettings, model_rate: int, use_input: bool, use_output: bool) -> None:
        self._sounddevice = sounddevice = portaudio()
        devices = list_devices()
        wanted = ({"input": settings.input} if use_input else {}) | ({"output": settings.output} if use_output else {})
        api, found = settings.device_api, dict[str, dict]()
        for kind in sorted(wanted, key=lambda kind: wanted[kind] is None):  # a side that is named decides the API
            found[kind] = find_device(devices, wanted[kind], kind, api)
            api = found[kind]["api"]
        source, sink = found.get("input"), found.get("output")
        any_device = source or sink
        assert any_device is not None
        inputs = min(settings.input_lanes, source["inputs"]) if source else 0
        outputs = min(2, sink["outputs"]) if sink else 0
        rate = self._rate(settings, model_rate, source, sink, inputs, outputs)
        # JACK decides the block size; asking for another one would only add PortAudio's own buffering.
        block = settings.block or (0 if any_device["api"] == "jack" else 128)
        common: dict[str, Any] = {"samplerate": rate, "blocksize": block, "latency": "low", "dtype": "float32"}
        try:
            if source and sink:
                self._stream = sounddevice.Stream(
                    device=(source["number"], sink["number"]),
                    channels=(inputs, outputs),
                    callback=self._duplex,
                    **common,
                )
            elif source:
                self._stream = sounddevice.InputStream(
                    device=source["number"], channels=inputs, callback=self._input_only, **common
                )
            else:
                assert sink is not None
                self._stream = sounddevice.OutputStream(
                    device=sink["number"], channels=outputs, callback=self._output_only, **common
                )
        except (sounddevice.PortAudioError, ValueError) as error:
            blocks = f"blocks of {block}" if block else "its own block size"
            raise DeviceError(
                f"{any_device['name']} cannot be opened at {rate} Hz with {blocks} ({error}); "
                "choose another --block, or close the program that holds it"
            ) from error
        self._process: Process | None = None
        self._calls, self._seen_calls, self._seen_at, self._seen_block = 0, 0, time.monotonic(), 0
        try:
            self._run_silently(any_device["name"])
        except DeviceError:
            self.close()
            raise
        latency = self._stream.latency
        latency_in, latency_out = (
            latency if isinstance(latency, tuple) else (latency if source else 0, latency if sink else 0)
        )
        self.info = DeviceInfo(
            any_device["api"],
            source["name"] if source else "",
            sink["name"] if sink else "",
            rate,
            block or self._seen_block,
            inputs,
            outputs,
            round(latency_in * rate),
            round(latency_out * rate),
            virtual=False,
        )

    def _run_silently(self, name: str) -> None:
        """Start the stream and wait for its first call, which tells the block size that the server chose."""
        try:
            self._stream.start()
        except self._sounddevice.PortAudioError as error:
            raise DeviceError(f"{name} cannot be started ({error}); check that the sound server runs") from error
        deadline = time.monotonic() + FIRST_CALL_SECONDS
        while not self._calls:
            if time.monotonic() > deadline:
                raise DeviceError(f"{name} was opened but delivers no sound; check that the sound server runs")
            time.sleep(0.001)

    def _rate(
        self, settings: LiveSettings, model_rate: int, source: dict | None, sink: dict | None, inputs: int, outputs: int
    ) -> int:
        sides = [(source, "input", inputs), (sink, "output", outputs)]
        accepted = {*COMMON_RATES, model_rate, settings.rate or model_rate}
        accepted |= {device["rate"] for device, _, _ in sides if device is not None}
        for device, kind, channels in sides:
            if device is not None:
                accepted = accepted_rates(self._sounddevice, device["number"], kind, channels, accepted)
        if settings.rate is not None and settings.rate not in accepted:
            listing = ", ".join(map(str, sorted(accepted))) or "none of the common ones"
            raise DeviceError(
                f"the device refuses {settings.rate} Hz; it takes {listing}; leave out --rate to have one chosen"
            )
        if settings.rate is not None:
            return settings.rate
        if model_rate in accepted or not accepted:
            return model_rate
        return min(accepted, key=lambda rate: abs(rate - model_rate))

    def _duplex(self, indata: np.ndarray, outdata: np.ndarray, frames: int, clock: Any, flags: Any) -> None:
        self._calls, self._seen_block = self._calls + 1, frames
        if (process := self._process) is None:
            outdata.fill(0.0)
        else:
            process(indata, outdata, bool(flags.input_overflow), bool(flags.output_underflow))

    def _input_only(self, indata: np.ndarray, frames: int, clock: Any, flags: Any) -> None:
        self._calls, self._seen_block = self._calls + 1, frames
        if (process := self._process) is not None:
            process(indata, np.empty((frames, 0), np.float32), bool(flags.input_overflow), False)

    def _output_only(self, outdata: np.ndarray, frames: int, clock: Any, flags: Any) -> None:
        self._calls, self._seen_block = self._calls + 1, frames
        if (process := self._process) is None:
            outdata.fill(0.0)
        else:
            process(np.empty((frames, 0), np.float32), outdata, False, bool(flags.output_underflow))

    def start(self, process: Process) -> None:
        self._process = process
        self._seen_at = time.monotonic()

    def poll(self) -> str | None:
        return None

    def alive(self) -> bool:
        now = time.monotonic()
        if self._calls != self._seen_calls:
            self._seen_calls, self._seen_at = self._calls, now
        return now - self._seen_at < SILENT_FOR_SECONDS

    def finished(self) -> bool:
        return False

    def keep_files(self) -> None:
        """There are none."""

    def close(self) -> None:
        self._process = None
        self._stream.abort(ignore_errors=True)
        self._stream.close(ignore_errors=True)
