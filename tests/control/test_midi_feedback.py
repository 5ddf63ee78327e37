"""Values back to controllers."""

from __future__ import annotations

from holostream.control.midi_controls import Control
from holostream.control.midi_feedback import ECHO_SECONDS, FLUSH_SECONDS, PRESS_ECHO_SECONDS, MidiFeedback
from holostream.control.midi_map import MidiMap
from holostream.control.midi_map_file import default_map
from holostream.control.midi_row import MidiRow
from tests.control.played_commands import PlayedCommands


def feedback(*rows: MidiRow) -> tuple[MidiFeedback, PlayedCommands]:
    commands = PlayedCommands()
    made = MidiFeedback(MidiMap(rows), commands.value)
    commands.observe(lambda name, value: made.changed(name))
    return made, commands


KNOB, PAD = MidiRow("control", "wet", (7, 7), channel=3), MidiRow("note", "mute", (60, 60), mode="toggle")


def test_a_changed_value_moves_the_fader() -> None:
    back, commands = feedback(KNOB)
    assert back.messages(1.0) == []
    commands.do("wet", 0.5)
    commands.do("tilt", 3.0)
    assert back.messages(1.0) == [bytes((0xB2, 7, 64))]
    assert back.messages(2.0) == []


def test_many_changes_go_out_seldom_and_the_last_one_does() -> None:
    back, commands = feedback(KNOB)
    sent = []
    for n in range(1000):
        commands.do("wet", n / 999)
        sent += back.messages(n * 0.001)
    sent += back.messages(2.0)
    assert len(sent) <= 1.0 / FLUSH_SECONDS + 2
    assert sent[-1] == bytes((0xB2, 7, 127))


def test_what_the_control_said_is_not_said_back() -> None:
    back, commands = feedback(KNOB)
    assert not back.is_echo(Control("control", 3, 7, 64 / 127), 1.0)
    commands.do("wet", KNOB.value_at(64 / 127))
    assert back.messages(2.0) == []


def test_an_echo_is_heard_once_and_not_for_ever() -> None:
    back, commands = feedback(KNOB)
    commands.do("wet", 0.0)
    assert back.messages(1.0)
    echo = Control("control", 3, 7, 0.0)
    assert back.is_echo(echo, 1.1)
    assert not back.is_echo(echo, 1.2)
    commands.do("wet", 1.0)
    assert back.messages(2.0)
    assert not back.is_echo(Control("control", 3, 7, 0.5), 2.1)
    commands.do("wet", 0.0)
    assert back.messages(3.0)
    assert not back.is_echo(echo, 3.0 + ECHO_SECONDS + 0.01)


def test_a_pads_light_shows_what_it_switched_also_after_its_release() -> None:
    back, commands = feedback(PAD)
    assert not back.is_echo(Control("note", 1, 60, 0.3), 1.0)
    commands.do("mute", 1.0)
    assert not back.is_echo(Control("note", 1, 60, 0.0), 1.01)
    back.changed("mute")
    assert back.messages(1.1) == [bytes((0x90, 60, 127))]
    assert not back.is_echo(Control("note", 1, 60, 0.9), 1.1 + PRESS_ECHO_SECONDS + 0.01), "a quick finger"


def test_a_row_for_any_channel_answers_where_its_control_was_last_heard() -> None:
    programs = MidiRow("program", "tier", (0, 6), mode="pick")
    back, commands = feedback(PAD, programs, KNOB)
    commands.do("mute", 1.0)
    assert back.messages(1.0) == [bytes((0x90, 60, 127))]
    assert not back.is_echo(Control("note", 10, 60, 1.0), 2.0)
    assert not back.is_echo(Control("program", 5, 0, 1.0), 2.0)
    assert not back.is_echo(Control("control", 9, 7, 1.0), 2.0)
    commands.do("mute", 0.0)
    commands.do("tier", 8)
    commands.do("wet", 0.5)
    assert back.messages(3.0) == [bytes((0x99, 60, 0)), bytes((0xC4, 1)), bytes((0xB2, 7, 64))]
    assert back.is_echo(Control("note", 10, 60, 0.0), 3.01)
    with_another_map = MidiFeedback(MidiMap([PAD]), commands.value, back.channels)
    with_another_map.show_all()
    assert with_another_map.messages(4.0) == [bytes((0x99, 60, 0))]


def test_of_several_choices_the_chosen_one_is_lit() -> None:
    back, commands = feedback(MidiRow("note", "tier", (24, 30), mode="pick"), MidiRow("program", "tier", (0, 6), mode="pick"))
    back.show_all()
    shown = [bytes((0x90, 24 + n, 127 * (n == 4))) for n in range(7)]
    assert back.messages(1.0) == [*shown, bytes((0xC0, 4))]
    commands.do("tier", 4)
    assert back.messages(2.0) == [bytes((0x90, 24, 127)), bytes((0x90, 28, 0)), bytes((0xC0, 0))]
    commands.do("tier", 64)
    assert back.messages(3.0)[-1] == bytes((0xC0, 4))


def test_everything_is_shown_to_a_new_controller() -> None:
    back, _ = feedback(*default_map())
    back.show_all()
    sent = back.messages(1.0)
    assert bytes((0xB0, 1, 127)) in sent
    assert bytes((0xB0, 7, 100)) in sent
    assert bytes((0xB0, 80, 0)) in sent
    assert all(len(data) == (2 if data[0] >> 4 == 0xC else 3) and max(data[1:]) < 128 for data in sent)
    back.show_all()
    assert back.messages(2.0) == sent
