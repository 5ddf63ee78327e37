"""The verbs `midi ports`, `midi monitor`, `midi learn` and `midi map`."""

from __future__ import annotations

import time
from collections.abc import Callable, Iterable
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from holostream.cli_options import finite, lower_case
from holostream.control.midi_settings import MidiSettings

if TYPE_CHECKING:
    from holostream.control.midi_controls import Control
    from holostream.control.midi_message import MidiMessage
    from holostream.control.midi_row import MidiRow

midi_app = typer.Typer(no_args_is_help=True, help="MIDI controllers: which there are, what they send, what it does.")

Port = Annotated[list[str] | None, typer.Option("--port", help="Port by part of its name; default: all.")]
OneApi = Annotated[str | None, typer.Option("--api", help="alsa, jack, coremidi or winmm.", callback=lower_case)]
OwnMap = Annotated[Path | None, typer.Option("--map", help="A map instead of your own.")]
OwnPort = Annotated[str | None, typer.Option("--virtual", help="A port of our own of this name; no other is opened but by --port.")]


class NothingPlays:
    """Commands for a look at MIDI without a session."""

    def do(self, name: str, value: float | str | None = None) -> None:
        """Nothing."""

    def value(self, name: str) -> float:
        """Neutral, always."""
        from holostream.engine.command import command_kind

        return command_kind(name).neutral

    def observe(self, listener: Callable[[str, float], None]) -> None:
        """Nothing ever changes."""


@midi_app.command()
def ports(api: OneApi = None) -> None:
    """List MIDI ports: those to listen to (in) and those to send values back to (out)."""
    from holostream.control.midi_library import list_ports

    found, silent = list_ports(api)
    for port in found:
        typer.echo(f"{port.api:10} {port.direction:4} {port.name}")
    for name, reason in silent.items():
        typer.echo(f"{name} does not run here ({reason})", err=True)
    if not found:
        typer.echo("no MIDI ports; plug a controller in, or give live a port of its own: --midi-virtual NAME", err=True)


@midi_app.command()
def monitor(
    port: Port = None,
    seconds: Annotated[float | None, typer.Option(min=0.0, callback=finite, help="Stop after this time; else Ctrl-C.")] = None,
    api: OneApi = None,
    map_file: OwnMap = None,
    virtual: OwnPort = None,
) -> None:
    """Show every message that arrives, and what the map makes of it."""
    from holostream.control.midi_input import MidiInput
    from holostream.control.midi_monitor import message_line
    from holostream.control.seldom import Seldom

    seldom = Seldom(typer.echo)

    def show(port: str, message: MidiMessage, known: tuple[Control, Iterable[MidiRow]] | None) -> None:
        (seldom if message.kind == "clock" else typer.echo)(message_line(port, message, known))

    settings = MidiSettings(tuple(port or ()), virtual=virtual, api=api, map_file=map_file)
    with MidiInput(settings, NothingPlays(), lambda sentence: typer.echo(sentence, err=True), show) as midi:
        if not midi.port_names["in"]:
            typer.echo("no MIDI ports yet; what is plugged in now is listened to", err=True)
        end = time.monotonic() + seconds if seconds is not None else None
        while end is None or time.monotonic() < end:
            time.sleep(0.05)


@midi_app.command()
def learn(
    command: Annotated[str, typer.Argument(help="What the control is to do: a command or action.")],
    value: Annotated[str | None, typer.Argument(help="The one value that a button is to set, or a name.")] = None,
    port: Port = None,
    seconds: Annotated[float, typer.Option(min=0.0, callback=finite, help="How long to wait.")] = 15.0,
    api: OneApi = None,
    map_file: OwnMap = None,
    virtual: OwnPort = None,
) -> None:
    """Move a control: from now on it does COMMAND; written into your map."""
    from holostream.control.midi_input import MidiInput
    from holostream.control.midi_learn import learnable
    from holostream.control.midi_map import control_text, row_text

    learnable(command, value)
    settings = MidiSettings(tuple(port or ()), virtual=virtual, api=api, map_file=map_file, follow_clock=False)
    with MidiInput(settings, NothingPlays(), lambda sentence: typer.echo(sentence, err=True)) as midi:
        typer.echo(f"move the control for {command} (an endless knob: to the right) ...", err=True)
        row = midi.learn(command, value, seconds)
    if row is None:
        raise ValueError(f"nothing moved in {seconds:g} s; `holostream midi monitor` shows what arrives")
    typer.echo(f"{control_text(row.message, *row.number, row.channel)}: {row_text(row)}, in {midi.map_file}")


@midi_app.command("map")
def show_map(
    default: Annotated[bool, typer.Option("--default", help="The program's own instead of yours.")] = False,
    map_file: OwnMap = None,
) -> None:
    """Print the MIDI map as a table, and where its file is."""
    from holostream.control.midi_map import map_lines
    from holostream.control.midi_map_file import default_map, load_map, map_path, read_map

    if map_file is not None:
        MidiSettings(map_file=map_file)  # that it is there
    own = map_file or map_path()
    if default:
        rows = default_map()
    elif map_file is not None:
        rows = read_map(map_file)  # no other is shown by its name
    else:
        rows = load_map(None, lambda sentence: typer.echo(sentence, err=True))
    for control, effect in map_lines(rows):
        typer.echo(f"{control:28} {effect}")
    there = "" if own.exists() else " (not there yet: the first learned control writes it)"
    typer.echo("the program's own map" if default else f"{own}{there}", err=True)
