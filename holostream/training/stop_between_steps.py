"""An interrupt that waits for the step in hand, so that what was learned until then can be kept."""

from __future__ import annotations

import contextlib
import signal
import threading
from collections.abc import Callable, Iterator
from types import FrameType

STOPPING = ("SIGINT", "SIGTERM", "SIGHUP")


@contextlib.contextmanager
def stop_asked_for() -> Iterator[Callable[[], bool]]:
    """Gives the function that tells whether somebody has asked to stop: Ctrl-C, a polite kill, a closed terminal. The second
    time raises KeyboardInterrupt at once. Outside the main thread, where Python has no signals, nobody ever asks."""
    asked = threading.Event()

    def ask(number: int, frame: FrameType | None) -> None:
        if asked.is_set():
            raise KeyboardInterrupt
        asked.set()

    if threading.current_thread() is not threading.main_thread():
        yield asked.is_set
        return
    numbers = [getattr(signal, name) for name in STOPPING if hasattr(signal, name)]
    before = {number: signal.signal(number, ask) for number in numbers if signal.getsignal(number) != signal.SIG_IGN}
    try:
        yield asked.is_set
    finally:
        for number, handler in before.items():
            signal.signal(number, handler)
