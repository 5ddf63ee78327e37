"""Whether OSC is on, and where. Command-line flags come from here."""

from __future__ import annotations

from dataclasses import dataclass

LOCALHOST = "127.0.0.1"


@dataclass(frozen=True)
class OscSettings:
    """Off unless asked for."""

    port: int | None = None
    """UDP port to listen at; None: do not listen. 0: any that is free."""
    host: str = LOCALHOST
    """Whose messages arrive: this machine's only, or with 0.0.0.0 the network's."""
    out: str | None = None
    """HOST:PORT that is told of every change; None: nobody."""
