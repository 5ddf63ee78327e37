"""OSC in and out, over UDP: the names of the command table are the addresses.

    /holostream/tilt 3                a command of the sound
    /holostream/preset "bright"       an action
    /holostream/get "tilt"            answered with /holostream/tilt 3; without a name with all of them

What is in a bundle is done at the bundle's time. Whatever changes, whoever changed it, goes out under the same addresses.
"""

from __future__ import annotations

import contextlib
import heapq
import itertools
import socket
import threading
import time
from collections.abc import Callable
from functools import partial
from types import TracebackType

from holostream.control.action import Action
from holostream.control.command_table import row_named
from holostream.control.osc_message import Received, read_osc, write_osc
from holostream.control.osc_settings import LOCALHOST, OscSettings
from holostream.control.performance import Performance
from holostream.control.seldom import Seldom
from holostream.engine.command import COMMANDS

PREFIX = "/holostream/"
LOOK_SECONDS = 0.2
LARGEST_DATAGRAM = 1 << 16
FARTHEST_SECONDS, MOST_WAITING = 60.0, 4096
"""How far ahead a bundle may be, and how many messages wait at most."""
Reply = Callable[[bytes], None]


class Osc:
    """Opened when made (raises ValueError if that cannot be), at work while entered."""

    def __init__(self, settings: OscSettings, performance: Performance) -> None:
        self._performance = performance
        self._complain = Seldom(lambda text: performance.tell(f"OSC: {text}"))
        self._incoming = None if settings.port is None else _listen(settings.host, settings.port)
        self._outgoing: socket.socket | None = None
        if settings.out is not None:
            try:
                self._outgoing = _connect(settings.out)
            except ValueError:
                self.close()
                raise
        self._sent: dict[str, float] = {}
        self._waiting: list[tuple[float, int, Received, Reply]] = []
        """A heap: by when they are due, as `time.time` counts, then in the order in which they came."""
        self._arrivals = itertools.count()
        self._stopping = threading.Event()
        self._thread = threading.Thread(target=self._run, name="osc", daemon=True)

    @property
    def port(self) -> int:
        """That it listens at; 0 if it does not."""
        return 0 if self._incoming is None else int(self._incoming.getsockname()[1])

    def __enter__(self) -> Osc:
        if self._incoming is not None:
            self._thread.start()
            host = self._incoming.getsockname()[0]
            self._performance.tell(f"OSC: listening at {host} port {self.port}, for {PREFIX}tilt 3 and the like")
        if self._outgoing is not None:
            self._performance.observe(self._send)
            for kind in COMMANDS:  # what the session began with
                if (value := self._performance.value(kind.name)) != kind.neutral:
                    self._send(kind.name, value)
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, traceback: TracebackType | None
    ) -> None:
        self._stopping.set()
        if self._thread.is_alive():
            self._thread.join()
        self.close()

    def close(self) -> None:
        """Safe to call twice."""
        for one in (self._incoming, self._outgoing):
            if one is not None:
                one.close()

    def _run(self) -> None:
        assert self._incoming is not None
        while not self._stopping.is_set():
            self._incoming.settimeout(self.do_due(time.time()))
            try:
                datagram, sender = self._incoming.recvfrom(LARGEST_DATAGRAM)
            except TimeoutError:
                continue
            except OSError:  # what was answered before had nobody to read it
                self._stopping.wait(0.001)
                continue
            self.receive(datagram, partial(self._reply, sender))

    def _reply(self, sender: tuple, reply: bytes) -> None:
        assert self._incoming is not None
        with contextlib.suppress(OSError):
            self._incoming.sendto(reply, sender)

    def receive(self, datagram: bytes, reply: Reply) -> None:
        """Do what it says, or keep it for when it is due. What is wrong with it is a message for the user."""
        try:
            messages = read_osc(datagram)
        except ValueError as error:
            self._complain(str(error), "refused")
            return
        for message in messages:
            later = message.when is not None and message.when > time.time()
            self._try(self._keep if later else self._do, message, reply)

    def _try(self, take: Callable[[Received, Reply], None], message: Received, reply: Reply) -> None:
        """What is wrong with one message is no reason to leave out the next."""
        try:
            take(message, reply)
        except ValueError as error:
            self._complain(str(error), "refused")
        except Exception as error:  # the evening's OSC must go on
            self._complain(f"something unexpected ({type(error).__name__}: {error}); it goes on", "unexpected")

    def _keep(self, message: Received, reply: Reply) -> None:
        when = message.when or 0.0
        if (ahead := when - time.time()) > FARTHEST_SECONDS:
            raise ValueError(f"a bundle is for in {ahead:.0f} s; {FARTHEST_SECONDS:g} are the most: do both clocks agree?")
        if len(self._waiting) >= MOST_WAITING:
            raise ValueError(f"{MOST_WAITING} messages wait for their time already")
        heapq.heappush(self._waiting, (when, next(self._arrivals), message, reply))

    def do_due(self, now: float) -> float:
        """What is due at `now`, in the order of time; returns for how many seconds the socket may be waited for."""
        while self._waiting and self._waiting[0][0] <= now:
            _, _, message, reply = heapq.heappop(self._waiting)
            self._try(self._do, message, reply)
        return min(LOOK_SECONDS, max(0.0005, self._waiting[0][0] - now)) if self._waiting else LOOK_SECONDS

    def _do(self, message: Received, reply: Reply) -> None:
        address, arguments, _ = message
        if not address.startswith(PREFIX):
            raise ValueError(f"{address[:60]!r} is not for us; addresses begin with {PREFIX}")
        name = address.removeprefix(PREFIX)
        values = [value for value in arguments if value is not None]
        if len(values) > 1:
            raise ValueError(f"{address[:60]} has {len(values)} values; one is enough")
        value = values[0] if values else None
        if name == "get":
            for wanted in [str(value)] if value is not None else [kind.name for kind in COMMANDS]:
                reply(write_osc(PREFIX + wanted, self._performance.value(wanted)))
        elif value is None or isinstance(value, str):
            self._performance.do(name, value)
        elif not _is_button(name):
            self._performance.do(name, float(value))
        elif value > 0:
            self._performance.do(name)

    def _send(self, name: str, value: float) -> None:
        # Only what is new: two programs that tell each other would never end.
        if self._outgoing is None or self._sent.get(name) == value:
            return
        with contextlib.suppress(OSError):
            try:
                self._outgoing.send(write_osc(PREFIX + name, value))
            except ConnectionRefusedError:  # nobody heard the one before; this one was not sent, and may be heard
                self._outgoing.send(write_osc(PREFIX + name, value))
            self._sent[name] = value


def _is_button(name: str) -> bool:
    """Whether a number only says that a control is pressed (above 0) or let go."""
    row = row_named(name)
    return isinstance(row, Action) and (row.argument == "none" or (row.argument == "text" and row.optional))


def _listen(host: str, port: int) -> socket.socket:
    try:
        family, kind, protocol, _, address = socket.getaddrinfo(host, port, type=socket.SOCK_DGRAM)[0]
        one = socket.socket(family, kind, protocol)
    except (OSError, UnicodeError) as error:
        raise ValueError(
            f"OSC cannot listen at {host!r}: {_reason(error)}; give this machine's address or {LOCALHOST}"
        ) from error
    try:
        one.settimeout(LOOK_SECONDS)
        one.bind(address)
    except OSError as error:
        one.close()
        raise ValueError(
            f"OSC cannot listen at {host} port {port}: {error.strerror}; choose another with --osc PORT or --osc-host"
        ) from error
    return one


def _connect(target: str) -> socket.socket:
    host, colon, port = target.rpartition(":")
    if not colon or not port.isdecimal() or not 0 < int(port) < 1 << 16 or not host:
        raise ValueError(f"--osc-out {target!r} is no HOST:PORT; as in --osc-out 127.0.0.1:9001")
    try:
        family, kind, protocol, _, address = socket.getaddrinfo(host.strip("[]"), int(port), type=socket.SOCK_DGRAM)[0]
        one = socket.socket(family, kind, protocol)
        try:
            one.setblocking(False)
            one.connect(address)
        except OSError:
            one.close()
            raise
    except (OSError, UnicodeError) as error:
        raise ValueError(f"OSC cannot send to {target}: {_reason(error)}; give a machine's name or address") from error
    return one


def _reason(error: OSError | UnicodeError) -> str:
    return (isinstance(error, OSError) and error.strerror) or str(error)
