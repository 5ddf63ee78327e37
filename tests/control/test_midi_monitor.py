"""Messages in words."""

from __future__ import annotations

from holostream.control.midi_controls import Control, MidiControls
from holostream.control.midi_message import read_message
from holostream.control.midi_monitor import KEPT, MidiMonitor, message_line
from holostream.control.midi_row import MidiRow


def test_a_line_tells_what_the_map_makes_of_it() -> None:
    message = read_message([0xB0, 20, 127])
    assert message is not None
    rows = [MidiRow("control", "tilt", (20, 20), pickup=False), MidiRow("control", "robot", (20, 20), mode="momentary")]
    known = Control("control", 1, 20, 1.0), rows
    assert message_line("nano", message, known) == "nano: control 20 = 127, channel 1 -> tilt 12, robot 1"
    assert message_line("nano", message, None) == "nano: control 20 = 127, channel 1"


def test_a_parameter_is_shown_as_a_row_has_it_once_it_is_complete() -> None:
    controls, lines = MidiControls(), []
    for number, value in ((99, 2), (98, 44), (6, 64), (38, 32)):
        message = read_message([0xB0, number, value])
        assert message is not None
        moved = controls.moved(message)
        lines.append(message_line("synth", message, (moved[0], ()) if moved else None))
    assert lines == [
        "synth: control 99 = 2, channel 1",
        "synth: control 98 = 44, channel 1",
        "synth: control 6 = 64, channel 1 (NRPN 300 = 64)",
        "synth: control 38 = 32, channel 1 (NRPN 300 = 63.752)",
    ]


def test_the_last_ones_are_kept_and_clocks_left_out() -> None:
    monitor, clock = MidiMonitor(), read_message([0xF8])
    assert clock is not None
    for n in range(2 * KEPT):
        message = read_message([0xB0, n, 1])
        assert message is not None
        monitor.heard("nano", message, None)
        monitor.heard("nano", clock, None)
    assert len(monitor.lines()) == KEPT
    assert monitor.lines()[-1] == f"nano: control {2 * KEPT - 1} = 1, channel 1"
