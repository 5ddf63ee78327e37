"""What a polite kill and a terminal that is closed do: the same as Ctrl-C, so that files are finished or taken away."""

from __future__ import annotations

import contextlib
import signal
from collections.abc import Callable, Iterator

POLITE = tuple(getattr(signal, name) for name in ("SIGTERM", "SIGHUP") if hasattr(signal, name))  # Windows has but the first


@contextlib.contextmanager
def heeding(numbers: tuple[int, ...], do: Callable[[], object]) -> Iterator[None]:
    """`do` is called, in the main thread, at each of these signals; those that are ignored stay so, as nohup has it."""
    heard = [number for number in numbers if signal.getsignal(number) != signal.SIG_IGN]
    before = [(number, signal.signal(number, lambda *_: do())) for number in heard]
    try:
        yield
    finally:
        for number, handler in before:
            signal.signal(number, handler)


def interrupt() -> None:
    raise KeyboardInterrupt
