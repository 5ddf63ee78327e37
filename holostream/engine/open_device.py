"""From settings to an open device: real, virtual, or a file on one side."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

from holostream.engine.audio_device import AudioDevice, PortAudioDevice
from holostream.engine.audio_source import open_source, silent_source
from holostream.engine.device_list import DeviceError, is_file, list_devices, wants_virtual
from holostream.engine.file_edges import FileInput, FileOutput
from holostream.engine.settings import LiveSettings
from holostream.engine.virtual_device import VirtualDevice
from holostream.format.audio_file import AudioFileError
from holostream.format.audio_writer import AudioWriter
from holostream.format.new_file import free_name


def open_device(settings: LiveSettings, model_rate: int, may_run: Callable[[], bool]) -> tuple[AudioDevice, str | None]:
    """The device, not started yet, and what the user should know about the choice, if anything.

    Raises DeviceError; AudioFileErrors of files given as input or output come as DeviceError too.
    """
    try:
        if wants_virtual(settings):
            virtual = VirtualDevice(settings, model_rate, may_run)
            return virtual, virtual.remark or None
        real_side_named = (
            any(name is not None and not is_file(name) for name in (_input_of(settings), settings.output))
            or settings.device_api is not None
        )
        if not real_side_named and (reason := _nothing_there()) is not None:
            unheard = "unheard; start a sound server, or capture with --output FILE.wav"
            heard = f"into {settings.output}" if settings.output is not None else unheard
            virtual = VirtualDevice(settings, model_rate, may_run)
            told = f"{reason}: playing {_what_plays(settings)} through the virtual device, {heard}"
            return virtual, f"{told}; {virtual.remark}" if virtual.remark else told
        return _real_device(settings, model_rate)
    except AudioFileError as error:
        raise DeviceError(str(error)) from error


def _input_of(settings: LiveSettings) -> str | None:
    """A recording comes from elsewhere: there is no input to open then."""
    return settings.input if settings.playback is None else None


def _what_plays(settings: LiveSettings) -> str:
    return settings.playback.name if settings.playback else "the file" if settings.input else "the demo voice"


def _nothing_there() -> str | None:
    try:
        devices = list_devices()
    except DeviceError as error:
        return str(error).split(";")[0]
    return None if any(device["outputs"] for device in devices) else "no sound card or sound server here"


def _real_device(settings: LiveSettings, model_rate: int) -> tuple[AudioDevice, str | None]:
    file_in, file_out = is_file(settings.input) or settings.playback is not None, is_file(settings.output)
    device: AudioDevice = PortAudioDevice(settings, model_rate, use_input=not file_in, use_output=not file_out)
    lanes = settings.lanes
    try:
        if settings.playback is not None:
            return FileInput(device, silent_source(lanes), settings.playback.name), None
        if file_in:
            path = Path(str(settings.input))
            source = open_source(path, device.info.rate, settings.input_lanes)
            return FileInput(device, source, path.name), source.remark or None
        if file_out:
            writer = AudioWriter(free_name(Path(str(settings.output))), device.info.rate, lanes, salvages=True)
            return FileOutput(device, writer, str(writer.path), lanes), None
    except AudioFileError:
        device.close()
        raise
    return device, None
