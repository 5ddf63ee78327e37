"""An interrupt that waits for the step in hand, so that what was learned until then can be kept."""

from __future__ import annotations

import contextlib
import signal
import threading
from collections.abc import Callable, Iterator

from holostream.format.stop_signals import POLITE, heeding, interrupt


@contextlib.contextmanager
def stop_asked_for() -> Iterator[Callable[[], bool]]:
    """Gives the function that tells whether somebody has asked to stop: Ctrl-C, a polite kill, a closed terminal. The second
    time raises KeyboardInterrupt at once. Outside the main thread, where Python has no signals, nobody ever asks."""
    asked = threading.Event()

    def ask() -> None:
        if asked.is_set():
            interrupt()
        asked.set()

    in_main = threading.current_thread() is threading.main_thread()
    with heeding((signal.SIGINT, *POLITE), ask) if in_main else contextlib.nullcontext():
        yield asked.is_set
