"""Which sound devices there are: listed by host API, found by name, never by number.

Numbers change whenever something is plugged in. PortAudio freezes its list when it starts, so `rescan` restarts it, with
no stream open. The only file that imports sounddevice.
"""

from __future__ import annotations

import ctypes
import ctypes.util
import functools
import os
import re
from collections.abc import Iterable
from pathlib import Path
from typing import Any

from holostream.engine.settings import API_VIRTUAL, LiveSettings
from holostream.error import HolostreamError
from holostream.format.audio_file import is_sound

COMMON_RATES = (44100, 48000, 88200, 96000, 192000)
API_PREFERENCE = ("jack", "asio", "coreaudio", "wasapi", "alsa", "pulse", "directsound", "mme", "oss")
BUILT_IN_WORDS = ("built-in", "builtin", "internal", "macbook", "imac", "hda intel", "realtek", "laptop", "sof-", "smart sound", "microphone array")


JACK_CLIENT = ctypes.c_char_p(b"HoloStream")
"""As it is called in a patchbay; PortAudio keeps the pointer."""
ALSA_NUMBERS = re.compile(r"\s*\(hw:\d+,\d+\)$")
OWN_CLIENTS = re.compile(r"HoloStream( MIDI)?(-\d+)?")


class DeviceError(HolostreamError):
    """A device cannot be used; the message says why, what there is, and what to do."""


def portaudio() -> Any:
    """The sounddevice module, which starts PortAudio. Raises DeviceError with how to install it."""
    _name_jack_client()
    try:
        import sounddevice
    except (ImportError, OSError) as error:
        raise DeviceError(
            f"no sound card support: PortAudio cannot be loaded ({error}); on Debian or Ubuntu run "
            "'sudo apt-get install libportaudio2', or use --device-api virtual"
        ) from error
    return sounddevice


@functools.cache
def _name_jack_client() -> None:
    """Before PortAudio starts, which it does when sounddevice is imported; once, since the library must be looked for."""
    name = ctypes.util.find_library("portaudio")
    try:
        set_name = ctypes.CDLL(name).PaJack_SetClientName if name else None
    except (OSError, AttributeError):  # none, or one that knows no JACK
        return
    if set_name is not None:
        set_name(JACK_CLIENT)


def rescan() -> None:
    """Let PortAudio look for devices again. No stream may be open. Raises DeviceError without PortAudio."""
    sounddevice = portaudio()
    try:
        sounddevice._terminate()
        sounddevice._initialize()
    except sounddevice.PortAudioError as error:
        raise DeviceError(f"the sound system cannot be restarted ({error}); check the sound server") from error


def _short(api_name: str) -> str:
    """'JACK Audio Connection Kit' -> 'jack', 'Core Audio' -> 'coreaudio', 'Windows WASAPI' -> 'wasapi'."""
    squeezed = api_name.lower().replace(" ", "")
    return next((known for known in API_PREFERENCE if known in squeezed), squeezed)


def list_devices() -> list[dict]:
    """Every device: name, api, inputs, outputs, rate, in order of preference; what a session of ours has opened is none.

    Raises DeviceError without PortAudio.
    """
    sounddevice = portaudio()
    apis = [_short(api["name"]) for api in sounddevice.query_hostapis()]
    devices = [
        {
            "name": device["name"],
            "api": apis[device["hostapi"]],
            "inputs": device["max_input_channels"],
            "outputs": device["max_output_channels"],
            "rate": int(device["default_samplerate"]),
            "number": number,
        }
        for number, device in enumerate(sounddevice.query_devices())
        if not (apis[device["hostapi"]] == "jack" and OWN_CLIENTS.fullmatch(device["name"]))
    ]
    rank = {api: place for place, api in enumerate(API_PREFERENCE)}
    return sorted(devices, key=lambda device: rank.get(device["api"], len(rank)))


def find_device(devices: list[dict], name: str | None, kind: str, api: str | None) -> dict:
    """The device for `kind` ('input' or 'output') whose name is, starts with or contains `name`.

    Raises DeviceError listing what there is.
    """
    usable = [device for device in devices if device[f"{kind}s"] > 0 and api in (None, device["api"])]
    if not usable:
        apis = sorted({device["api"] for device in devices})
        known = (
            f"device APIs with devices: {', '.join(apis)}, virtual"
            if apis
            else "there is no sound card or sound server"
        )
        raise DeviceError(f"no {kind} device{f' with API {api}' if api else ''}; {known}; or use --device-api virtual")
    if name is None:
        return usable[0]
    wanted = name.lower()
    for fits in (str.__eq__, str.startswith, str.__contains__):
        for device in usable:
            if fits(device["name"].lower(), wanted):
                return device
    listing = "; ".join(f"'{device['name']}' ({device['api']})" for device in usable)
    raise DeviceError(f"no {kind} device named {name!r}; there are: {listing}")


def lasting_name(asked: str | None, opened: str) -> str | None:
    """By which what was opened, when this was asked for, is found again, and nothing else; ALSA's numbers change."""
    return asked if is_file(asked) else ALSA_NUMBERS.sub("", opened) or asked


def built_in(name: str) -> bool:
    """Whether a device name looks like a laptop's own microphone or loudspeaker."""
    return any(word in name.lower() for word in BUILT_IN_WORDS)


def accepted_rates(sounddevice: Any, number: int, kind: str, channels: int, rates: Iterable[int]) -> set[int]:
    """Those of some rates that a device takes."""
    check = sounddevice.check_input_settings if kind == "input" else sounddevice.check_output_settings
    accepted = set()
    for rate in rates:
        try:
            check(device=number, channels=channels, samplerate=rate)
            accepted.add(rate)
        except (sounddevice.PortAudioError, ValueError):
            continue
    return accepted


def wants_virtual(settings: LiveSettings) -> bool:
    """Whether the settings ask for no sound card at all."""
    files = (is_file(settings.input) or settings.playback is not None) and is_file(settings.output)
    return settings.device_api == API_VIRTUAL or settings.virtual_time or files


def is_file(name: str | None) -> bool:
    """Whether an input or output name means an audio file: it has an audio file's suffix or exists as a file."""
    if name is None:
        return False
    path = Path(name)
    return is_sound(path) or os.path.isfile(path)  # False where a folder must not be searched
