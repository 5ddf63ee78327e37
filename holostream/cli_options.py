"""Options that `live` and `play` have in common."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import typer

PresetName = Annotated[str | None, typer.Option("--preset", help="Begin with this preset, by name or number.")]
ScriptFile = Annotated[
    Path | None, typer.Option("--script", help="Play this timed script: lines of SECONDS COMMAND [VALUE].")
]
OscPort = Annotated[int | None, typer.Option("--osc", min=1, max=65535, help="Listen to OSC at this UDP port.")]
OscHost = Annotated[str, typer.Option(help="Address to listen at; 0.0.0.0 opens it to the network.")]
OscOut = Annotated[str | None, typer.Option(help="HOST:PORT to tell every change by OSC.")]
