"""The last MIDI messages, and in words what they were and what the map made of them."""

from __future__ import annotations

from collections import deque
from collections.abc import Iterable

from holostream.control.midi_controls import Control
from holostream.control.midi_map import control_text, effect_text
from holostream.control.midi_message import MidiMessage, message_text
from holostream.control.midi_row import MidiRow

KEPT = 50

Known = tuple[Control, Iterable[MidiRow]] | None
"""The control that a message moved, with the rows for it, if any."""


def message_line(port: str, message: MidiMessage, known: Known) -> str:
    """'nanoKONTROL2: control 1 = 64, channel 1 -> wet 0.5039'. Of a parameter that several controls choose and set, number and value
    as a map's row has them."""
    text = f"{port}: {message_text(message)}"
    if known is None:
        return text
    control, rows = known
    if control.kind in ("nrpn", "rpn"):
        text += f" ({control_text(control.kind, control.number, control.number)} = {127 * control.value:.5g})"
    effects = [effect_text(row, control) for row in rows]
    return text + (f" -> {', '.join(effects)}" if effects else "")


class MidiMonitor:
    """Told of every message by one thread, asked for lines by another. A clock's ticks are left out."""

    def __init__(self) -> None:
        self._kept: deque[tuple[str, MidiMessage, Known]] = deque(maxlen=KEPT)

    def heard(self, port: str, message: MidiMessage, known: Known) -> None:
        """Words are made when they are asked for: of a flood most are never read."""
        if message.kind != "clock":
            self._kept.append((port, message, known))

    def lines(self) -> list[str]:
        """Newest last."""
        return [message_line(*kept) for kept in list(self._kept)]
