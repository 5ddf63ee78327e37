"""Options that several verbs have in common."""

from __future__ import annotations

import math
from pathlib import Path
from typing import Annotated

import typer


def lower_case(name: str | None) -> str | None:
    """As APIs are called."""
    return name.lower() if name else None


def finite(number: float | None) -> float | None:
    """Ranges let infinity through."""
    if number is not None and not math.isfinite(number):
        raise typer.BadParameter(f"{number} is no time or factor; give a number such as 2.5")
    return number


Models = Annotated[Path | None, typer.Option(help="Models folder; default: the shipped one.")]
Output = Annotated[str | None, typer.Option(help="Output device by name, or a new .wav to capture in.")]
KeepInput = Annotated[
    bool, typer.Option("--keep-input", help="Beside each recording, no capture, write its input, as NAME.input.wav.")
]
Overwrite = Annotated[bool, typer.Option("--overwrite", help="Replace the file to write if it is there already.")]
DeviceApi = Annotated[
    str | None, typer.Option(help="jack, alsa, coreaudio, wasapi, ... or virtual.", callback=lower_case)
]
Block = Annotated[int | None, typer.Option(min=1, max=8192, help="Samples per device block.")]
Rate = Annotated[int | None, typer.Option(min=8000, max=192000, help="Device rate, Hz.")]
StayAwake = Annotated[
    bool, typer.Option("--stay-awake", help="Keep processors awake, in a virtual machine the engine's alone: shorter hops, more power.")
]
PresetName = Annotated[str | None, typer.Option("--preset", help="Begin with this preset, by name or number.")]
ScriptFile = Annotated[
    Path | None, typer.Option("--script", help="Play this timed script: lines of SECONDS COMMAND [VALUE].")
]
OscPort = Annotated[int | None, typer.Option("--osc", min=1, max=65535, help="Listen to OSC at this UDP port.")]
OscHost = Annotated[str, typer.Option(help="Address to listen at; 0.0.0.0 opens it to the network.")]
OscOut = Annotated[str | None, typer.Option(help="HOST:PORT to tell every change by OSC.")]
MidiPorts = Annotated[list[str] | None, typer.Option("--midi", help="MIDI port by part of its name; again for more.")]
NoMidi = Annotated[bool, typer.Option("--no-midi", help="No MIDI; default: all ports, as they come and go.")]
MidiVirtual = Annotated[str | None, typer.Option("--midi-virtual", help="A MIDI port of our own of this name; no other is opened but by --midi.")]
MidiChannel = Annotated[int | None, typer.Option("--midi-channel", min=1, max=16, help="Only this MIDI channel.")]
MidiApi = Annotated[
    str | None, typer.Option("--midi-api", help="alsa, jack, coremidi or winmm.", callback=lower_case)
]
MidiMapFile = Annotated[Path | None, typer.Option("--midi-map", help="A MIDI map instead of your own.")]
MidiFeedback = Annotated[list[str] | None, typer.Option("--midi-feedback", help="Send values back to this MIDI port.")]
NoMidiClock = Annotated[bool, typer.Option("--no-midi-clock", help="Keep the tempo whatever MIDI clock says.")]
AudioTarget = Annotated[Path, typer.Argument(help="The .wav, .flac, .ogg or .mp3 to write (a .wav holds 32-bit floats).")]
Subtype = Annotated[str | None, typer.Option(help="For .wav: PCM_16, PCM_24 or FLOAT; for .flac: PCM_16 or PCM_24.")]


def refuse_same_file(source: Path, target: Path) -> None:
    """Raises ValueError if the output would replace the input."""
    if target.exists() and source.exists() and target.samefile(source):
        raise ValueError(f"{target} is the input itself; choose another name for the output")


def tell(remarks: list[str]) -> None:
    for remark in remarks:
        typer.echo(remark, err=True)
