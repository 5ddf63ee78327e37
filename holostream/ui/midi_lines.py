"""MIDI in lines: which ports are open, and those asked for that are not there; what arrives; the map."""

from __future__ import annotations

from collections.abc import Sequence

from holostream.ui.line_view import Line, shortened
from holostream.ui.live_midi import LiveMidi
from holostream.ui.palette import DIM, PLAIN, STRONG, TINTED, WARN

CONTROL_WIDTH = 28
_WORDS = {"in": "listens to  ", "out": "sends to    "}


def port_lines(midi: LiveMidi, width: int, height: int) -> list[Line]:
    """At most `height`; more are counted."""
    lines: list[Line] = []
    for direction, asked in (("in", midi.settings.ports), ("out", midi.settings.feedback)):
        opened = midi.port_names[direction]
        missing = [part for part in asked if not any(part.lower() in name.lower() for name in opened)]
        word = _WORDS[direction]
        lines += [((word, DIM), (shortened(name, width - len(word)), STRONG)) for name in opened]
        lines += [((word, DIM), (part, WARN), ("  not there; it is opened when it comes", DIM)) for part in missing]
    if not lines:
        return [(("no controller is plugged in; what comes is opened", DIM),)]
    if len(lines) > height:
        lines[height - 1 :] = [((f"{len(lines) - height + 1} more", DIM),)]
    return lines


def arriving_lines(recent: Sequence[str], width: int, height: int) -> list[Line]:
    """The newest messages, newest last and bright. Of a long one the port's name is shortened."""
    lines: list[Line] = []
    shown = list(recent)[-height:] if height else []
    for n, text in enumerate(shown):
        port, colon, message = text.partition(": ")
        text = shortened(port, max(1, width - len(colon + message))) + colon + message
        lines.append(((text, STRONG if n == len(shown) - 1 else DIM),))
    return lines or [(("nothing yet", DIM),)]


def map_rows(rows: Sequence[tuple[str, str]], width: int) -> list[Line]:
    """The map's rows: control, and what it does."""
    room = width - CONTROL_WIDTH - 1
    return [
        ((shortened(control, CONTROL_WIDTH).ljust(CONTROL_WIDTH + 1), TINTED), (shortened(effect, room), PLAIN))
        for control, effect in rows
    ]
