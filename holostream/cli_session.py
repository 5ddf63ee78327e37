"""What `live` and `play` have in common: a session with or without a screen, and what is told when it is over."""

from __future__ import annotations

import contextlib
import json
import signal
import sys
import time
from collections.abc import Iterator
from dataclasses import dataclass, field, replace
from pathlib import Path
from typing import TYPE_CHECKING

import typer

from holostream.control.midi_settings import MidiSettings
from holostream.control.osc_settings import OscSettings
from holostream.error import HolostreamError
from holostream.format.stop_signals import POLITE, heeding

if TYPE_CHECKING:
    from holostream.control.performance import Performance
    from holostream.engine.session import Session
    from holostream.engine.settings import LiveSettings


SWITCH_SECONDS = 0.0005
"""A thread that MIDI or OSC has woken waits no longer for the one that draws."""


class EngineError(HolostreamError):
    """The engine ended by itself, or a recording could not be played on; the message says why."""


def check_device_wishes(settings: LiveSettings) -> None:
    """Raises ValueError for an input, an output or an API that would not count, or a file that would be replaced."""
    from holostream.engine.device_list import is_file, wants_virtual
    from holostream.engine.settings import API_VIRTUAL

    if settings.output is not None and is_file(settings.output) and Path(settings.output).exists():
        raise ValueError(f"{settings.output} exists already and a session never overwrites; choose another name to capture in")
    if not wants_virtual(settings):
        return
    if settings.device_api not in (None, API_VIRTUAL):
        raise ValueError(
            f"--device-api {settings.device_api} does not count where no sound card plays: leave it out, or leave out "
            "--virtual-time, or one of the files"
        )
    for side, name in (("input", settings.input), ("output", settings.output)):
        if name is not None and not is_file(name):
            raise ValueError(
                f"the virtual device has no {side} {name}: name an audio file (.wav, .flac, .ogg or .mp3), or leave it out"
            )


def has_screen(headless: bool) -> bool:
    """Whether there is a terminal to draw on, and it is wanted."""
    # Errors too: the screen is drawn there.
    return not headless and all(stream.isatty() for stream in (sys.stdin, sys.stdout, sys.stderr))


@dataclass(frozen=True)
class Wishes:
    """What the command line asks of a performance."""

    preset: str | None = None
    script: Path | None = None
    osc: OscSettings = field(default_factory=OscSettings)
    midi: MidiSettings = field(default_factory=MidiSettings)
    tier: int | None = None
    """Given by a flag: nothing else decides what a session begins with."""
    restore: bool = False
    """Begin, where there is a screen, as the last session ended."""
    remember: bool = False
    """Keep, where there is a screen, how this one ends."""


def perform(session: Session, headless: bool, wishes: Wishes = Wishes()) -> None:
    """Open the session, play until it ends, the user quits or the process is interrupted, close it.

    Raises ValueError for a wish that cannot be, before there is any sound; and what `Session.__enter__` does.
    """
    from holostream.control.midi_input import open_midi
    from holostream.control.midi_map_file import map_path
    from holostream.control.osc import Osc
    from holostream.control.performance import Performance
    from holostream.control.script import read_script
    from holostream.control.script_run import ScriptRun

    sys.setswitchinterval(SWITCH_SECONDS)
    performance = Performance(session)
    screen = has_screen(headless)
    with contextlib.suppress(KeyboardInterrupt), closing_undisturbed() as stack:
        stack.callback(session.close)
        osc = Osc(wishes.osc, performance)
        stack.callback(osc.close)
        begin(performance, wishes, wishes.restore and screen)
        run = None if wishes.script is None else ScriptRun(read_script(wishes.script), session, performance)
        midi = open_midi(wishes.midi, performance, performance.tell)
        stack.enter_context(session)
        if wishes.remember and screen:
            stack.callback(remember, performance)
        stack.callback(performance.close)
        stack.enter_context(osc)
        if midi is not None:
            if performance.midi_map is not None:
                midi.use_map(map_path().with_name(performance.midi_map))
            stack.enter_context(midi)
            performance.on_midi_map(lambda name: midi.use_map(map_path().with_name(name)))
        if run is not None:
            stack.enter_context(run)
        if screen:
            from holostream.ui.app import run_ui

            run_ui(session, performance, midi)
        else:
            run_headless(session, performance)


@contextlib.contextmanager
def closing_undisturbed() -> Iterator[contextlib.ExitStack]:
    """Whatever is put on the stack is closed in the end, which is short: further Ctrl-C do not keep files from being finished."""
    stack = contextlib.ExitStack()
    try:
        yield stack
    finally:
        with heeding((*POLITE, signal.SIGINT), lambda: None):
            stack.close()


def begin(performance: Performance, wishes: Wishes, restore: bool) -> None:
    """Send what is to be so when sound starts. Raises ValueError for a preset that is not there, or malformed."""
    from holostream.control.last_session import last_session
    from holostream.control.preset import TIER

    commands: list[tuple[str, float]] = []
    if wishes.preset is not None:
        name, preset = performance.presets.find(wishes.preset)
        commands = replace(preset, glide_ms=None).steps()[0]
        performance.tell(f"preset {name}")
        if wishes.midi.map_file is None:
            performance.midi_map = preset.midi_map
    elif restore and wishes.script is None:
        try:
            commands, midi_map = last_session()
            if wishes.midi.map_file is None:
                performance.midi_map = midi_map
        except (ValueError, OSError) as error:
            performance.tell(f"the last session is not restored: {error}")
        if commands:
            performance.tell("as the last session ended; --fresh begins anew")
    for name, value in commands:
        if name != TIER or wishes.tier is None:
            performance.ask(name, value)


def remember(performance: Performance) -> None:
    """For the next session."""
    from holostream.control.last_session import save_last_session

    try:
        save_last_session(performance.value, performance.midi_map)
    except OSError as error:
        performance.tell(f"the session is not remembered: {error.filename or 'its file'}: {error.strerror}")
    except ValueError as error:
        performance.tell(f"the session is not remembered: {error}")


def run_headless(session: Session, performance: Performance) -> None:
    """Messages as they come."""
    device = session.device
    typer.echo(
        f"{device['input']} -> {device['output']}, {device['api']}, {device['rate']} Hz, "
        f"block {device['block'] or 'varies'}, {what_is_heard(performance)}"
    )
    with contextlib.suppress(KeyboardInterrupt):
        while not (session.ended or performance.quit_asked.is_set()):
            while session.messages:
                typer.echo(session.messages.popleft(), err=True)
            time.sleep(0.02)


def what_is_heard(performance: Performance) -> str:
    """At the start."""
    return "as recorded" if performance.value("bypass") else f"tier {performance.value('tier'):g}"


def tell_session(session: Session, stats: Path | None = None) -> None:
    """What is left to be said of a closed session. Raises EngineError if it did not end well."""
    from holostream.engine.report import session_report
    from holostream.format.new_file import new_file

    report = session_report(session.snapshot(), session)
    if stats is not None:  # before the terminal, which may be gone
        with new_file(stats) as file:
            file.write((json.dumps(report, indent=1) + "\n").encode())
    for message in session.messages:
        typer.echo(message, err=True)
    dry = f", {report['playback_dry']} times dry" if report["playback_dry"] else ""
    typer.echo(
        f"played {report['seconds']:.1f} s, {report['output_underflows']} underflows, "
        f"{report['input_overflows']} overflows, {report['errors']} errors{dry}"
    )
    if session.failure is not None:
        raise EngineError(session.failure)
    if session.losses:
        raise EngineError(f"not all that was to be kept is: {session.losses[0]}")
