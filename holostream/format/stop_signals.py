"""What a polite kill and a terminal that is closed do: the same as Ctrl-C, so that files are finished or taken away."""

from __future__ import annotations

import contextlib
import os
import signal
import threading
from collections.abc import Callable, Iterator
from types import FrameType

POLITE = tuple(getattr(signal, name) for name in ("SIGTERM", "SIGHUP") if hasattr(signal, name))  # Windows has but the first
AGAIN_SECONDS = 0.02


@contextlib.contextmanager
def heeding(numbers: tuple[int, ...], do: Callable[[], object]) -> Iterator[None]:
    """`do` is called, in the main thread, at each of these signals; those that are ignored stay so, as nohup has it. While
    something is being imported it waits: a library in C makes an ImportError of what `do` raises, or ends the program."""

    def hear(number: int, frame: FrameType | None) -> None:
        if not _importing(frame):
            do()
            return
        again = threading.Timer(AGAIN_SECONDS, os.kill, (os.getpid(), number))
        again.daemon = True
        again.start()

    heard = [number for number in numbers if signal.getsignal(number) != signal.SIG_IGN]
    before = [(number, signal.signal(number, hear)) for number in heard]
    try:
        yield
    finally:
        for number, handler in before:
            signal.signal(number, handler)


def _importing(frame: FrameType | None) -> bool:
    while frame is not None and not frame.f_code.co_filename.startswith("<frozen importlib"):
        frame = frame.f_back
    return frame is not None


def interrupt() -> None:
    raise KeyboardInterrupt


@contextlib.contextmanager
def held_back() -> Iterator[None]:
    """Signals wait until the block is over: where C calls back into Python, what their handlers raise would be lost. In other
    threads nothing is ever raised."""
    if threading.current_thread() is not threading.main_thread():
        yield
        return
    came: list[signal.Signals] = []
    known = [(number, signal.getsignal(number)) for number in (signal.SIGINT, *POLITE)]
    handlers = {number: handler for number, handler in known if callable(handler)}
    try:
        for number in handlers:
            signal.signal(number, lambda number, _: came.append(signal.Signals(number)))
        yield
    finally:
        for number, handler in handlers.items():
            signal.signal(number, handler)
    for number in came:
        handlers[number](number, None)
