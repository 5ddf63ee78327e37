"""Polite kills as interrupts."""

from __future__ import annotations

import os
import signal
import sys
import threading
import time
from collections.abc import Iterator
from pathlib import Path

import pytest

from holostream.format.stop_signals import POLITE, heeding, held_back, interrupt


@pytest.fixture(autouse=True)
def nothing_is_ignored() -> Iterator[None]:
    """As it is where the tests are started by nohup."""
    before = [(number, signal.signal(number, signal.SIG_DFL)) for number in POLITE]
    yield
    for number, handler in before:
        signal.signal(number, handler)


@pytest.mark.parametrize("number", POLITE)
def test_a_polite_kill_interrupts_until_the_block_ends(number: signal.Signals) -> None:
    before = signal.getsignal(number)
    with pytest.raises(KeyboardInterrupt), heeding(POLITE, interrupt):  # noqa: PT012 - the signal may come a little later
        os.kill(os.getpid(), number)
        time.sleep(30)
    assert signal.getsignal(number) == before


def test_what_nohup_ignores_stays_ignored() -> None:
    before = signal.signal(signal.SIGHUP, signal.SIG_IGN)
    try:
        with heeding(POLITE, interrupt):
            assert signal.getsignal(signal.SIGHUP) == signal.SIG_IGN
            assert signal.getsignal(signal.SIGTERM) not in (signal.SIG_DFL, signal.SIG_IGN)
    finally:
        signal.signal(signal.SIGHUP, before)


def test_held_back_it_interrupts_once_the_block_is_over() -> None:
    done: list[str] = []
    with pytest.raises(KeyboardInterrupt), heeding(POLITE, interrupt):  # noqa: PT012
        with held_back():
            os.kill(os.getpid(), signal.SIGTERM)
            time.sleep(0.01)
            done.append("written")
        done.append("never")
    assert done == ["written"]


def test_while_something_is_imported_it_waits(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """A library in C would make an ImportError of it, or end the program."""
    (tmp_path / "imported_slowly.py").write_text("import os, signal, time\nos.kill(os.getpid(), signal.SIGTERM)\ntime.sleep(0.05)\n")
    monkeypatch.syspath_prepend(tmp_path)
    with pytest.raises(KeyboardInterrupt), heeding(POLITE, interrupt):  # noqa: PT012
        import imported_slowly  # noqa: F401

        time.sleep(30)
    assert "imported_slowly" in sys.modules, "it came to its end"


def test_in_another_thread_nothing_is_held_back() -> None:
    handlers: list[object] = []

    def look() -> None:
        with held_back():
            handlers.append(signal.getsignal(signal.SIGINT))

    thread = threading.Thread(target=look)
    thread.start()
    thread.join()
    assert handlers == [signal.getsignal(signal.SIGINT)]
