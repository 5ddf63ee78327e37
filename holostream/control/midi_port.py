"""MIDI ports by name: opened when they are there, lost and found again, read by one thread. Only this file knows rtmidi.

The thread polls RtMidi's queues every millisecond instead of being called back: JACK would call from its real-time thread,
which would wait for the interpreter and count as a dropout for every client of the server, the audio engine included.
System exclusive never leaves RtMidi. What is plugged in or comes back is looked for twice a second.
"""

from __future__ import annotations

import contextlib
import ctypes
import os
import re
import sys
import threading
import time
from collections.abc import Callable, Iterable
from dataclasses import dataclass
from typing import Any, Protocol

from holostream.control.midi_settings import APIS, MidiSettings
from holostream.control.seldom import Seldom

CLIENT = "HoloStream"
POLL_SECONDS, NOBODY_SECONDS, SCAN_SECONDS = 0.001, 0.02, 0.5
PROOF_SECONDS = 3.0
"""After so long a silence it is proved that the JACK server still lives: clients of a dead one see all its ports forever."""
QUEUE, BATCH = 8192, 512
"""Messages that RtMidi keeps for a thread that comes late, and that are taken at once."""
ERRORS = (OSError, RuntimeError, ValueError)
"""What rtmidi raises."""
_API_NAMES = {
    "alsa": "API_LINUX_ALSA", "jack": "API_UNIX_JACK", "coremidi": "API_MACOSX_CORE", "winmm": "API_WINDOWS_MM",
}  # fmt: skip
_ALSA_NUMBERS = re.compile(r" \d+:\d+$")
_NOT_A_CONTROLLER = ("midi through",)


class MidiError(Exception):
    """MIDI cannot be used; the message says why and what to do."""


@dataclass(frozen=True)
class PortName:
    """A port there is. `direction` is "in" for what can be listened to and "out" for what can be sent to."""

    api: str
    name: str
    direction: str


class Listener(Protocol):
    """Whom the thread serves."""

    def received(self, port: str, batch: list[tuple[list[int], float]]) -> None:
        """Messages from a port: bytes, and seconds since the one before."""

    def turn(self, now: float) -> Iterable[bytes]:
        """After every look at the ports: what is to be sent."""

    def plugged(self) -> None:
        """A port to send to has been opened."""


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
    with contextlib.suppress(OSError, AttributeError):
        library = ctypes.CDLL(rtmidi._rtmidi.__file__)
        harmless = ctypes.cast(ctypes.CDLL(None).strlen, ctypes.c_void_p)
        library.jack_set_error_function(harmless)
        library.jack_set_info_function(harmless)


def _usable_apis(rtmidi: Any, api: str | None) -> dict[str, int]:
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
    for name, number in _usable_apis(rtmidi, api).items():
        for direction, kind in (("in", rtmidi.MidiIn), ("out", rtmidi.MidiOut)):
            try:
                client = kind(number, CLIENT)
                found += [PortName(name, shown(port), direction) for port in client.get_ports()]
                client.delete()
            except ERRORS as error:
                silent[name] = str(error)
    return found, silent


def shown(name: str) -> str:
    """A port's name without the numbers that ALSA gives anew every time."""
    return _ALSA_NUMBERS.sub("", name)


class MidiPorts:
    """The ports that the settings ask for, kept open, and the thread that reads them. Raises MidiError without rtmidi."""

    def __init__(self, settings: MidiSettings, listener: Listener, tell: Callable[[str], None]) -> None:
        self._settings, self._listener, self._tell = settings, listener, Seldom(tell)
        self._rtmidi = load_rtmidi()
        self._apis = _usable_apis(self._rtmidi, settings.api)
        self.api: str | None = None
        """The one in use, None while none runs."""
        self._clients: dict[str, Any] = {}
        """Clients that only look: by "in" and "out"."""
        self._open: dict[str, dict[str, Any]] = {"in": {}, "out": {}}
        self._missed: set[str] = set()
        self._heard = self._proved = 0.0
        self._closing = threading.Event()
        self._thread = threading.Thread(target=self._run, name="midi", daemon=True)

    def start(self) -> None:
        """Open what is there, and from now on listen."""
        self._scan(time.monotonic())
        if self._asked and self.api is None:
            wanted = self._settings.api or " or ".join(self._apis) or "any MIDI API"
            self._tell(f"no MIDI yet: {wanted} does not run here; it is looked for again and again")
        self._thread.start()

    def close(self) -> None:
        """Stop listening and close everything. May be called twice."""
        self._closing.set()
        if self._thread.is_alive() and self._thread is not threading.current_thread():
            self._thread.join(5.0)
        self._forget()

    @property
    def names(self) -> dict[str, list[str]]:
        """Of the open ports, by "in" and "out"."""
        return {direction: [shown(name) for name in list(opened)] for direction, opened in self._open.items()}

    @property
    def _asked(self) -> bool:
        settings = self._settings
        return bool(settings.ports or settings.virtual or settings.api or settings.feedback)

    def _run(self) -> None:
        next_scan = time.monotonic() + SCAN_SECONDS
        while not self._closing.is_set():
            now = time.monotonic()
            try:
                if now >= next_scan:
                    next_scan = now + SCAN_SECONDS
                    self._scan(now)
                for name, port in list(self._open["in"].items()):
                    self._drain(name, port, now)
                for data in self._listener.turn(now):
                    self._send(data)
            except Exception as error:  # one bad message must not end the evening's MIDI
                self._tell(f"MIDI: something unexpected ({type(error).__name__}: {error}); it goes on")
            time.sleep(POLL_SECONDS if self._open["in"] else NOBODY_SECONDS)

    def _drain(self, name: str, port: Any, now: float) -> None:
        batch: list[tuple[list[int], float]] = []
        try:
            while len(batch) < BATCH and (message := port.get_message()) is not None:
                batch.append(message)
        except ERRORS:
            self._shut("in", name)
        if batch:
            self._heard = now
            self._listener.received(shown(name), batch)

    def _send(self, data: bytes) -> None:
        for name, port in list(self._open["out"].items()):
            try:
                port.send_message(data)
            except ERRORS:
                self._shut("out", name)

    # Looking for ports.

    def _scan(self, now: float) -> None:
        """Close what is gone, open what came."""
        try:
            if not self._clients and not self._connect():
                return
            if self.api == "jack" and now - max(self._heard, self._proved) > PROOF_SECONDS:
                self._prove(now)
            self._open_virtual()
            self._look("in", self._settings.ports, everything=not self._settings.ports)
            self._look("out", self._settings.feedback, everything=False)
        except ERRORS:
            self._forget()

    def _connect(self) -> bool:
        for name, number in self._apis.items():
            try:
                self._clients = {
                    "in": self._rtmidi.MidiIn(number, CLIENT), "out": self._rtmidi.MidiOut(number, CLIENT)
                }  # fmt: skip
                self.api, self._proved = name, time.monotonic()
                return True
            except ERRORS:
                continue
        return False

    def _prove(self, now: float) -> None:
        """With a new client, see whether the server is there and is still the one that has our ports."""
        fresh = self._rtmidi.MidiOut(self._apis["jack"], CLIENT)
        sinks = fresh.get_ports()
        lost = [name for name in self._open["in"] if not any(_is_ours(port, name) for port in sinks)]
        if lost or not self._open["in"]:
            fresh.delete()
            self._forget()
            self._connect()
        else:
            old, self._clients["out"] = self._clients["out"], fresh
            old.delete()
            self._proved = now

    def _look(self, direction: str, wanted: tuple[str, ...], everything: bool) -> None:
        opened = self._open[direction]
        there = _numbered(self._clients[direction].get_ports())
        for name in [name for name in opened if name not in there and name != self._settings.virtual]:
            self._shut(direction, name)
        for name, number in there.items():
            if name not in opened and self._wants(name, wanted, everything):
                self._open_port(direction, name, number)
        for part in wanted:
            if not any(part.lower() in name.lower() for name in opened) and part not in self._missed:
                self._missed.add(part)
                names = ", ".join(repr(shown(name)) for name in there) or "none"
                self._tell(f"no MIDI port has {part!r} in its name, it is opened when it comes; now there are: {names}")

    def _wants(self, name: str, wanted: tuple[str, ...], everything: bool) -> bool:
        plain = name.lower()
        if everything:
            own = plain.startswith(CLIENT.lower()) or shown(name) == self._settings.virtual
            return not own and not any(word in plain for word in _NOT_A_CONTROLLER)
        return any(part.lower() in plain for part in wanted)

    def _open_port(self, direction: str, name: str, number: int) -> None:
        port = self._new(direction)
        try:
            port.open_port(number, shown(name))
        except ERRORS as error:
            port.delete()
            self._tell(f"MIDI port {shown(name)!r} cannot be opened ({error}); another program may hold it")
            return
        self._opened(direction, name, port)

    def _open_virtual(self) -> None:
        name = self._settings.virtual
        for direction in ("in", "out"):
            if name is None or name in self._open[direction]:
                continue
            port = self._new(direction)
            try:
                port.open_virtual_port(name)
            except ERRORS as error:
                port.delete()
                if name not in self._missed:
                    self._tell(f"no virtual MIDI port here ({error}); on Windows a program like loopMIDI makes one")
                self._missed.add(name)
                return
            self._opened(direction, name, port)

    def _new(self, direction: str) -> Any:
        number = self._apis[self.api or ""]
        if direction == "out":
            return self._rtmidi.MidiOut(number, CLIENT)
        port = self._rtmidi.MidiIn(number, CLIENT, queue_size_limit=QUEUE)
        port.ignore_types(sysex=True, timing=False, active_sense=True)
        return port

    def _opened(self, direction: str, name: str, port: Any) -> None:
        self._open[direction][name] = port
        if direction == "out":
            self._listener.plugged()
        if name != self._settings.virtual:
            self._tell(f"MIDI {'from' if direction == 'in' else 'to'} {shown(name)}")

    def _shut(self, direction: str, name: str) -> None:
        _delete(self._open[direction].pop(name))
        if name != self._settings.virtual:
            self._tell(f"MIDI port {shown(name)!r} is gone; it is opened again when it comes back")

    def _forget(self) -> None:
        """Close everything, whatever state the system is in."""
        for direction, opened in self._open.items():
            for name in list(opened):
                if self._closing.is_set():
                    _delete(opened.pop(name))
                else:
                    self._shut(direction, name)
        for client in self._clients.values():
            _delete(client)
        self._clients, self.api = {}, None


def _delete(client: Any) -> None:
    with contextlib.suppress(*ERRORS):
        client.close_port()
    with contextlib.suppress(*ERRORS):
        client.delete()


def _is_ours(port: str, name: str) -> bool:
    return port.startswith(CLIENT) and port.endswith(":" + shown(name))


def _numbered(names: list[str]) -> dict[str, int]:
    """Port numbers by name; a second port of the same name gets a number of its own."""
    numbers: dict[str, int] = {}
    for number, name in enumerate(names):
        numbers[f"{name} #{names[:number].count(name) + 1}" if name in numbers else name] = number
    return numbers
