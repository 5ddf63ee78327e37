"""MIDI ports by name: opened when they are there, lost and found again, read by one thread.

The thread polls RtMidi's queues every millisecond instead of being called back: JACK would call from its real-time thread,
which would wait for the interpreter and count as a dropout for every client of the server, the audio engine included.
System exclusive never leaves RtMidi. What is plugged in or comes back is looked for twice a second.
"""

from __future__ import annotations

import threading
import time
from collections.abc import Callable, Iterable
from typing import Any, Protocol

from holostream.control.midi_library import load_rtmidi, usable_apis
from holostream.control.midi_port_name import CLIENT, has_part, is_a_controller, numbered, shown
from holostream.control.midi_settings import MidiSettings
from holostream.control.port_listing import ERRORS, PortListing, delete_client, open_listing
from holostream.control.seldom import Seldom

POLL_SECONDS, NOBODY_SECONDS, SCAN_SECONDS = 0.001, 0.02, 0.5
PROOF_SECONDS, UNUSED_PROOF_SECONDS = 2.0, 10.0
"""After so long a silence it is proved that the JACK server lives: clients of a dead one see all its ports forever."""
CLOSING_SECONDS = 2.0
QUEUE, BATCH = 8192, 512
"""Messages that RtMidi keeps for a thread that comes late, and that are taken at once."""


class Listener(Protocol):
    """Whom the thread serves."""

    def received(self, port: str, batch: list[tuple[list[int], float]]) -> None:
        """Messages from a port, by its whole name: bytes, and seconds since the one before."""

    def turn(self, now: float) -> Iterable[bytes]:
        """After every look at the ports: what is to be sent."""

    def plugged(self) -> None:
        """A port to send to has been opened."""

    def unplugged(self, port: str) -> None:
        """A port that was listened to has gone."""


class MidiPorts:
    """The ports that the settings ask for, kept open, and the thread that reads them. Raises MidiError without rtmidi."""

    def __init__(self, settings: MidiSettings, listener: Listener, tell: Callable[[str], None]) -> None:
        self._settings, self._listener, self._tell, self._complain = settings, listener, tell, Seldom(tell)
        self._rtmidi = load_rtmidi()
        self._apis = usable_apis(self._rtmidi, settings.api)
        self.api: str | None = None
        """The one in use, None while none runs."""
        self._gone: str | None = None
        """The API that was said to be gone, until it is back."""
        self._listing: PortListing | None = None
        self._open: dict[str, dict[str, Any]] = {"in": {}, "out": {}}
        self._missed: set[str] = set()
        """Parts of names that no port has."""
        self._no_virtual = False
        """The API cannot make a port of its own."""
        self._failed: set[tuple[str, str]] = set()
        """Ports that could not be opened: not tried again before they have been away."""
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
            self._thread.join(CLOSING_SECONDS)
        # A server that hangs answers nobody who wants to leave.
        leaving = threading.Thread(target=self._forget, name="midi leaves", daemon=True)
        leaving.start()
        leaving.join(CLOSING_SECONDS)

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
                self._complain(f"MIDI: something unexpected ({type(error).__name__}: {error}); it goes on")
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
            self._listener.received(name, batch)

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
            listing = self._listing or self._connect()
            if listing is None:
                return
            patience = PROOF_SECONDS if self._open["in"] else UNUSED_PROOF_SECONDS
            if now - max(self._heard, self._proved) > patience:
                if not listing.answers():
                    raise OSError("no answer")
                self._proved = now
            self._open_virtual()
            # A program that sends to our own port has one of its own, and would be heard twice.
            everything = not self._settings.ports and (self._settings.virtual is None or self._no_virtual)
            self._look(listing, "in", self._settings.ports, everything)
            self._look(listing, "out", self._settings.feedback, everything=False)
        except ERRORS:
            self._gone = self.api
            self._complain(f"MIDI: {self.api} is gone; it is looked for again and again")
            self._forget()

    def _connect(self) -> PortListing | None:
        for name, number in self._apis.items():
            try:
                self._listing = open_listing(self._rtmidi, number)
                self.api, self._proved = name, time.monotonic()
                if self._gone is not None:
                    self._gone = None
                    self._tell(f"MIDI: {name} is back")
                return self._listing
            except ERRORS:
                continue
        return None

    def _look(self, listing: PortListing, direction: str, wanted: tuple[str, ...], everything: bool) -> None:
        opened = self._open[direction]
        there = numbered(listing.names(direction))
        for name in [name for name in opened if name not in there and name != self._settings.virtual]:
            self._shut(direction, name)
        self._failed = {(way, name) for way, name in self._failed if way != direction or name in there}
        controllers = {name: number for name, number in there.items() if is_a_controller(name, self._settings.virtual)}
        for name, number in controllers.items():
            meant = everything or has_part(name, wanted)
            if meant and name not in opened and (direction, name) not in self._failed:
                self._open_port(direction, name, number)
        for part in wanted:
            if part not in self._missed and not any(has_part(name, (part,)) for name in opened):
                self._missed.add(part)
                names = ", ".join(repr(shown(name)) for name in controllers) or "none"
                self._tell(f"no MIDI port has {part!r} in its name, it is opened when it comes; now there are: {names}")

    def _open_port(self, direction: str, name: str, number: int) -> None:
        port = self._new(direction)
        try:
            port.open_port(number, shown(name))
        except ERRORS as error:
            port.delete()
            self._failed.add((direction, name))
            self._tell(f"MIDI port {shown(name)!r} cannot be opened ({error}); another program may hold it")
            return
        self._opened(direction, name, port)

    def _open_virtual(self) -> None:
        name = self._settings.virtual
        for direction in ("in", "out"):
            if name is None or name in self._open[direction] or self._no_virtual:
                continue
            port = self._new(direction)
            try:
                port.open_virtual_port(name)
            except ERRORS as error:
                port.delete()
                self._no_virtual = True
                self._tell(f"no virtual MIDI port here ({error}); on Windows a program like loopMIDI makes one")
                return
            self._opened(direction, name, port)

    def _new(self, direction: str) -> Any:
        assert self._listing is not None
        assert self.api is not None
        self._listing.make_way()
        number = self._apis[self.api]
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
        delete_client(self._open[direction].pop(name))
        if direction == "in":
            self._listener.unplugged(name)
        if name != self._settings.virtual:
            self._tell(f"MIDI port {shown(name)!r} is gone; it is opened again when it comes back")

    def _forget(self) -> None:
        """Close everything, whatever state the system is in."""
        for direction, opened in self._open.items():
            for name in list(opened):
                if self._closing.is_set():
                    delete_client(opened.pop(name))
                else:
                    self._shut(direction, name)
        if self._listing is not None:
            self._listing.close()
        self._listing, self.api = None, None
