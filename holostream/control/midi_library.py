"""The library that talks MIDI, python-rtmidi: loaded if it is there, and what it finds. The only file that imports it."""

from __future__ import annotations

import contextlib
import ctypes
import os
import sys
from dataclasses import dataclass
from typing import Any

from holostream.control.midi_port_name import shown
from holostream.control.midi_settings import APIS
from holostream.control.port_listing import ERRORS, jack_library, open_listing
from holostream.error import HolostreamError

_API_NAMES = {
    "alsa": "API_LINUX_ALSA", "jack": "API_UNIX_JACK", "coremidi": "API_MACOSX_CORE", "winmm": "API_WINDOWS_MM",
}  # fmt: skip


class MidiError(HolostreamError):
    """MIDI cannot be used; the message says why and what to do."""


@dataclass(frozen=True)
class PortName:
    """A port there is. `direction` is "in" for what can be listened to and "out" for what can be sent to."""

    api: str
    name: str
    direction: str


def load_rtmidi() -> Any:
    """The rtmidi module. Raises MidiError with how to get it."""
    try:
        import rtmidi
    except ImportError as error:
        older = " (it has no ready-made package for Python 3.13 and newer; with 3.11 or 3.12 it installs at once)"
        raise MidiError(
            f"no MIDI: the package python-rtmidi cannot be loaded ({error}); everything else works; to get it run "
            f"'pip install python-rtmidi'{older if sys.version_info >= (3, 13) else ''}"
        ) from error
    _hush_jack(rtmidi)
    return rtmidi


def _hush_jack(rtmidi: Any) -> None:
    """JACK's library prints its troubles in the midst of a full screen; they are told in our own words instead.

    Any harmless function of C that takes a text does: one of Python's would need the interpreter, which the caller of
    rtmidi holds while it waits for JACK's thread.
    """
    with contextlib.suppress(OSError, AttributeError, TypeError):
        library = jack_library(rtmidi)
        harmless = ctypes.cast(ctypes.CDLL(None).strlen, ctypes.c_void_p)
        library.jack_set_error_function(harmless)
        library.jack_set_info_function(harmless)


def usable_apis(rtmidi: Any, api: str | None) -> dict[str, int]:
    """The APIs to try, by name. Raises MidiError if the one asked for is not in this rtmidi."""
    built = set(rtmidi.get_compiled_api())
    known = {name: getattr(rtmidi, _API_NAMES[name]) for name in APIS if getattr(rtmidi, _API_NAMES[name]) in built}
    if api is None:
        # Without a sequencer ALSA's library would complain on the screen.
        return {name: number for name, number in known.items() if name != "alsa" or os.path.exists("/dev/snd/seq")}
    if api not in known:
        raise MidiError(f"this system's rtmidi has no MIDI API {api!r}; it has {', '.join(known) or 'none'}")
    return {api: known[api]}


def list_ports(api: str | None = None) -> tuple[list[PortName], dict[str, str]]:
    """All ports of others, and for every API that does not run why not. Raises MidiError without rtmidi."""
    rtmidi, found, silent = load_rtmidi(), [], {}
    for name, number in usable_apis(rtmidi, api).items():
        try:
            listing = open_listing(rtmidi, number)
            found += [PortName(name, shown(port), way) for way in ("in", "out") for port in listing.names(way)]
            listing.close()
        except ERRORS as error:
            silent[name] = str(error)
    return found, silent
