"""Which MIDI ports there are, looked at through clients of our own that take no part in anything.

RtMidi's client of a JACK server is active from the start: the server wakes it in every cycle and waits for it, and one that
sleeps on the wrong semaphore hears nothing and is an xrun for everybody in every cycle. So JACK's ports are looked at through
a client that is never activated, made with the same library, and before a client of RtMidi's is made its semaphore is seen to.
"""

from __future__ import annotations

import contextlib
import ctypes
from typing import Any, Protocol

from holostream.control.midi_port_name import CLIENT

ERRORS = (OSError, RuntimeError, ValueError)
"""What rtmidi raises, and what is raised here when the system's MIDI does not run."""
JACK_NO_START_SERVER, JACK_IS_INPUT, JACK_IS_OUTPUT = 1, 1, 2
JACK_MIDI = b"midi"


class PortListing(Protocol):
    """Directions are "in" for what can be listened to and "out" for what can be sent to."""

    def names(self, direction: str) -> list[str]:
        """All ports, as the system names and orders them. Raises ERRORS."""

    def answers(self) -> bool:
        """Whether the system still runs; `names` alone may not notice."""

    def make_way(self) -> None:
        """To be called before every client of rtmidi's that is to be opened. Raises ERRORS."""

    def close(self) -> None:
        """To be called once."""


class RtMidiListing:
    """Of systems whose clients cost nothing. Raises ERRORS."""

    def __init__(self, rtmidi: Any, number: int) -> None:
        self._clients = {"in": rtmidi.MidiIn(number, CLIENT), "out": rtmidi.MidiOut(number, CLIENT)}

    def names(self, direction: str) -> list[str]:
        return self._clients[direction].get_ports()

    def answers(self) -> bool:
        return True

    def make_way(self) -> None:
        pass

    def close(self) -> None:
        for client in self._clients.values():
            delete_client(client)


class JackListing:
    """Of a JACK server. Raises OSError where none runs."""

    def __init__(self, rtmidi: Any) -> None:
        try:
            self._jack = library = jack_library(rtmidi)
            for name in ("jack_client_open", "jack_get_client_name", "jack_get_uuid_for_client_name"):
                getattr(library, name).restype = ctypes.c_void_p
            library.jack_get_ports.restype = ctypes.POINTER(ctypes.c_char_p)
        except AttributeError as error:
            raise OSError(f"rtmidi's JACK library is not as expected ({error})") from error
        self._client = self._new_client()

    def _new_client(self) -> ctypes.c_void_p:
        client = self._jack.jack_client_open(CLIENT.encode(), ctypes.c_int(JACK_NO_START_SERVER), None)
        if not client:
            raise OSError("no JACK server runs here")
        return ctypes.c_void_p(client)

    def names(self, direction: str) -> list[str]:
        flags = ctypes.c_ulong(JACK_IS_OUTPUT if direction == "in" else JACK_IS_INPUT)
        found = self._jack.jack_get_ports(self._client, None, JACK_MIDI, flags)
        if not found:
            return []
        names: list[str] = []
        while (name := found[len(names)]) is not None:
            names.append(name.decode("utf-8", "replace"))
        self._jack.jack_free(found)
        return names

    def answers(self) -> bool:
        name = ctypes.c_void_p(self._jack.jack_get_client_name(self._client))
        answer = ctypes.c_void_p(self._jack.jack_get_uuid_for_client_name(self._client, name))
        if not answer:
            return False
        self._jack.jack_free(answer)
        return True

    def make_way(self) -> None:
        """The library has one table of semaphores for the whole process, by the server's numbers of clients. A program that
        goes while a client of ours comes into being leaves its semaphore there, and the next client with that number, the
        lowest that is free, would sleep on it for ever. A client that closes clears its place.
        """
        self._jack.jack_client_close(self._new_client())

    def close(self) -> None:
        self._jack.jack_client_close(self._client)


def open_listing(rtmidi: Any, number: int) -> PortListing:
    """Of the API that rtmidi gives this number. Raises ERRORS."""
    return JackListing(rtmidi) if number == rtmidi.API_UNIX_JACK else RtMidiListing(rtmidi, number)


def jack_library(rtmidi: Any) -> ctypes.CDLL:
    """The one that rtmidi itself uses. Raises OSError or AttributeError where it has none."""
    return ctypes.CDLL(rtmidi._rtmidi.__file__)


def delete_client(client: Any) -> None:
    """Close an rtmidi client, whatever state the system is in."""
    with contextlib.suppress(*ERRORS):
        client.close_port()
    with contextlib.suppress(*ERRORS):
        client.delete()
