"""MIDI in lines."""

from __future__ import annotations

import pytest

from holostream.ui.line_view import plain
from holostream.ui.midi_lines import arriving_lines, map_rows, port_lines
from tests.ui.fake_midi import MAP, RECENT, FakeMidi


def test_ports_that_were_asked_for_and_are_away_stand_out() -> None:
    midi = FakeMidi()
    assert [plain(line) for line in port_lines(midi, 72, 5)] == [
        "listens to  nanoKONTROL2 SLIDER/KNOB",
        "listens to  launchpad  not there; it is opened when it comes",
        "sends to    nanoKONTROL2 CTRL",
    ]
    assert [plain(line) for line in port_lines(midi, 72, 2)][1] == "2 more"
    midi.settings.ports = midi.settings.feedback = ()
    midi.port_names = {"in": [], "out": []}
    assert [plain(line) for line in port_lines(midi, 72, 5)] == ["no controller is plugged in; what comes is opened"]


@pytest.mark.parametrize("width", [50, 74, 120])
def test_lines_fit_and_messages_keep_what_they_say(width: int) -> None:
    lines = [*port_lines(FakeMidi(), width, 9), *map_rows([*MAP, ("CC " * 20, "x" * 99)], width)]
    assert all(len(plain(line)) <= max(width, 61) for line in lines)
    for line, text in zip(arriving_lines(RECENT, width, 5), RECENT, strict=True):
        assert plain(line).endswith(text.partition(": ")[2])
    assert [plain(line).split(": ")[1] for line in arriving_lines(RECENT, 120, 1)] == [RECENT[-1].split(": ")[1]]
    assert [plain(line) for line in arriving_lines((), width, 5)] == ["nothing yet"]
