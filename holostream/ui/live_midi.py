"""What the user interface asks of MIDI: `holostream.control.midi_input.MidiInput`, or a test's fake."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Protocol

NO_MIDI = (
    "no MIDI: it is switched off or python-rtmidi is missing; start without --no-midi, or run 'pip install python-rtmidi'"
)


class AskedPorts(Protocol):
    """Parts of names of the ports that were asked for: `ports` to listen to, `feedback` to send values back to."""

    @property
    def ports(self) -> tuple[str, ...]: ...
    @property
    def feedback(self) -> tuple[str, ...]: ...


class LiveMidi(Protocol):
    """A performer's controllers. Only `learn` may take long."""

    @property
    def settings(self) -> AskedPorts: ...

    @property
    def port_names(self) -> Mapping[str, Sequence[str]]:
        """Of the open ports, by "in" and "out"."""

    @property
    def recent(self) -> Sequence[str]:
        """The last messages in words, newest last."""

    def map_lines(self) -> Sequence[tuple[str, str]]:
        """The map's rows in their order: control, and what it does, the command's name first."""

    def learn(self, command: str, value: float | str | None = None, seconds: float = 15.0) -> object | None:
        """Wait for a control to be moved; from then on it does the command, by the last row of the map.

        None if nothing moved or `stop_learning` was called. Raises ValueError, OSError.
        """

    def stop_learning(self) -> None: ...

    def forget(self, place: int) -> None:
        """Take a row out of the map, by its place in `map_lines`. Raises ValueError, OSError."""
