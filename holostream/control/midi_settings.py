"""Settings of MIDI, and their defaults."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path

APIS = ("alsa", "jack", "coremidi", "winmm")


@dataclass(frozen=True)
class MidiSettings:
    """Which ports, and what is made of them. Raises ValueError for what cannot be."""

    ports: tuple[str, ...] = ()
    """Parts of the names of the ports to listen to, in any case; empty: all there are, and all that come."""
    off: bool = False
    """No MIDI at all."""
    virtual: str | None = None
    """The name of a port of our own that other programs can send to."""
    channel: int | None = None
    """Listen to this channel only, 1 to 16."""
    api: str | None = None
    """alsa, jack, coremidi or winmm; None: the first that runs."""
    map_file: Path | None = None
    """A map instead of the user's own."""
    feedback: tuple[str, ...] = ()
    """Parts of the names of the ports to which values are sent back; empty: none but the virtual one."""
    follow_clock: bool = True
    """Take the tempo from MIDI clock if there is one."""

    def __post_init__(self) -> None:
        if self.off and (self.ports or self.virtual is not None or self.feedback):
            raise ValueError("MIDI is switched off by --no-midi and asked for by another option; leave one of them out")
        if self.channel is not None and not 1 <= self.channel <= 16:
            raise ValueError(f"MIDI channel {self.channel} is not within 1 to 16; leave it out for all channels")
        if self.api is not None and self.api not in APIS:
            raise ValueError(f"MIDI API {self.api!r} is unknown; known are {', '.join(APIS)}")
        if any(not name.strip() for name in (*self.ports, *self.feedback, "x" if self.virtual is None else self.virtual)):
            raise ValueError("the name of a MIDI port is empty; `holostream midi ports` lists those there are")
        if self.map_file is not None and not self.map_file.is_file():
            raise ValueError(f"the MIDI map {self.map_file} is not there; `holostream midi map` tells where your own is")
