"""An interrupt waits for the step in hand."""

from __future__ import annotations

import os
import signal
import threading

import pytest

from holostream.training.stop_between_steps import stop_asked_for


@pytest.mark.parametrize("number", [signal.SIGINT, signal.SIGTERM])
def test_the_first_is_asked_for_and_the_second_interrupts(number: signal.Signals) -> None:
    before = signal.getsignal(number)
    with stop_asked_for() as asked:
        assert not asked()
        os.kill(os.getpid(), number)
        assert asked()
        with pytest.raises(KeyboardInterrupt):
            os.kill(os.getpid(), number)
    assert signal.getsignal(number) == before


def test_elsewhere_nobody_asks() -> None:
    found: list[bool] = []

    def beside() -> None:
        with stop_asked_for() as asked:
            found.append(asked())

    thread = threading.Thread(target=beside)
    thread.start()
    thread.join()
    assert found == [False]
