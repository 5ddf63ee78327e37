"""What `live` and `play` have in common: a session with or without a screen, and what is told when it is over."""

from __future__ import annotations

import contextlib
import json
import signal
import sys
import time
from collections.abc import Iterator
from pathlib import Path
from typing import TYPE_CHECKING

import typer

if TYPE_CHECKING:
    from holostream.engine.session import Session


class EngineError(Exception):
    """The engine ended by itself, or a recording could not be played on; the message says why."""


@contextlib.contextmanager
def stoppable() -> Iterator[None]:
    """A polite kill ends a session as Ctrl-C does: with the recording closed."""

    def interrupt(number: int, stack: object) -> None:
        raise KeyboardInterrupt

    before = signal.signal(signal.SIGTERM, interrupt)
    try:
        with contextlib.suppress(KeyboardInterrupt):
            yield
    finally:
        signal.signal(signal.SIGTERM, before)


def has_screen(headless: bool) -> bool:
    """Whether there is a terminal to draw on, and it is wanted."""
    return not headless and sys.stdin.isatty() and sys.stdout.isatty()


def run_session(session: Session, headless: bool) -> None:
    """Until it ends, the user quits, or Ctrl-C."""
    if has_screen(headless):
        from holostream.ui.app import run_ui

        run_ui(session)
    else:
        run_headless(session)


def run_headless(session: Session) -> None:
    """Messages as they come."""
    device = session.device
    typer.echo(
        f"{device['input']} -> {device['output']}, {device['api']}, {device['rate']} Hz, "
        f"block {device['block'] or 'varies'}, {what_is_heard(session)}"
    )
    with contextlib.suppress(KeyboardInterrupt):
        while not session.ended:
            while session.messages:
                typer.echo(session.messages.popleft(), err=True)
            time.sleep(0.02)


def what_is_heard(session: Session) -> str:
    """At the start."""
    return "as recorded" if session.settings.bypass else f"tier {session.settings.tier}"


def tell_session(session: Session, stats: Path | None = None) -> None:
    """What is left to be said of a closed session. Raises EngineError if it did not end well."""
    from holostream.engine.report import session_report

    report = session_report(session.snapshot(), session)
    if stats is not None:
        stats.write_text(json.dumps(report, indent=1) + "\n", encoding="utf-8")
    for message in session.messages:
        typer.echo(message, err=True)
    dry = f", {report['playback_dry']} times dry" if report["playback_dry"] else ""
    typer.echo(
        f"played {report['seconds']:.1f} s, {report['output_underflows']} underflows, "
        f"{report['input_overflows']} overflows, {report['errors']} errors{dry}"
    )
    if session.failure is not None:
        raise EngineError(session.failure)
