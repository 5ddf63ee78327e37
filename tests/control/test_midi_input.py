"""MIDI put together, its ports a stand-in: from bytes to commands and back, and learning."""

from __future__ import annotations

import threading
import time
from pathlib import Path

import pytest

from holostream.control import midi_port
from holostream.control.midi_input import MidiInput, open_midi
from holostream.control.midi_map_file import map_path, save_row
from holostream.control.midi_row import MidiRow
from holostream.control.midi_settings import MidiSettings
from tests.control.fake_rtmidi import FakeRtmidi
from tests.control.played_commands import PlayedCommands


@pytest.fixture(autouse=True)
def rtmidi(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> FakeRtmidi:
    monkeypatch.setenv("XDG_CONFIG_HOME", str(tmp_path))
    fake = FakeRtmidi()
    monkeypatch.setattr(midi_port, "load_rtmidi", lambda: fake)
    return fake


def midi(commands: PlayedCommands, told: list[str] | None = None, **settings: object) -> MidiInput:
    """Not listening: its ports' thread is the test itself."""
    return MidiInput(MidiSettings(**settings), commands, (told if told is not None else []).append)


def play(made: MidiInput, *messages: list[int], port: str = "Pad", delta: float = 0.001) -> None:
    made.received(port, [(data, delta) for data in messages])


def test_a_performance_by_the_map_that_comes_with_the_program() -> None:
    commands = PlayedCommands()
    play(
        midi(commands), [0xC0, 1], [0x90, 30, 99], [0x80, 30, 0], [0xB0, 64, 127], [0xB0, 64, 0], [0xB0, 1, 127], [0xB0, 1, 0],
        [0xE0, 127, 127], [0xE0, 0, 64], [0xB0, 80, 127], [0xB0, 82, 127], [0xC0, 7], [0xF0, 1, 0xF7], [0x90], [], [0xB0, 121, 0],
    )  # fmt: skip
    assert commands.done == [
        ("tier", 8.0), ("tier", 256.0), ("freeze", 1.0), ("freeze", 0.0), ("wet", 0.0), ("shift", 0.0), ("mute", 1.0),
        ("record", None), ("preset", 7.0), ("neutral", None),
    ]  # fmt: skip


def test_of_two_equal_controllers_each_lets_go_its_own() -> None:
    """ALSA gives both the same name with other numbers."""
    commands = PlayedCommands()
    made = midi(commands)
    play(made, [0xB0, 64, 127], port="Pad:Pad MIDI 1 20:0")
    made.unplugged("Pad:Pad MIDI 1 24:0")
    assert commands.done == [("freeze", 1.0)]
    made.unplugged("Pad:Pad MIDI 1 20:0")
    assert commands.done == [("freeze", 1.0), ("freeze", 0.0)]


def test_only_the_channel_asked_for() -> None:
    commands = PlayedCommands()
    play(midi(commands, channel=3), [0xC0, 1], [0xC2, 2], [0xC4, 3])
    assert commands.done == [("tier", 16.0)]


def test_fine_halves_are_joined_by_port() -> None:
    commands = PlayedCommands()
    made = midi(commands)
    play(made, [0xB0, 1, 127], [0xB0, 1, 64])
    play(made, [0xB0, 33, 64], port="other")
    assert commands.value("wet") == pytest.approx(64 / 127)
    play(made, [0xB0, 33, 64])
    assert commands.value("wet") == pytest.approx((64 * 128 + 64) / 16383)


def test_a_refused_command_is_told_seldom() -> None:
    told: list[str] = []
    made = midi(PlayedCommands(), told)
    for _ in range(100):
        play(made, [0xC0, 99])
    assert told == ["there is no preset 99.0"]


def test_clock_sets_the_tempo_of_the_first_port_that_has_one() -> None:
    commands = PlayedCommands()
    made = midi(commands)
    for _ in range(48):
        play(made, [0xF8], delta=60 / (24 * 90))
        play(made, [0xF8], port="other", delta=60 / (24 * 140))
    assert commands.done == [("tempo", 90.0)]
    commands.do("tempo", 120.0)  # a preset, say
    play(made, [0xF8], delta=60 / (24 * 90))
    assert commands.done[1:] == [("tempo", 120.0), ("tempo", 90.0)]
    made = midi(commands, follow_clock=False)
    for _ in range(48):
        play(made, [0xF8], delta=60 / (24 * 100))
    assert len(commands.done) == 3


def test_values_go_back_but_not_to_whom_they_came_from() -> None:
    commands = PlayedCommands()
    made = midi(commands)
    made.turn(time.monotonic())
    play(made, [0xB0, 1, 127], [0xB0, 1, 100])
    commands.do("mute", 1.0)
    assert list(made.turn(time.monotonic() + 1)) == [bytes((0xB0, 80, 127))]
    commands.done.clear()
    play(made, [0xB0, 80, 127])
    assert commands.done == [], "an echo"


def learn(made: MidiInput, messages: list[list[int]], *arguments: object) -> tuple[object, Exception | None]:
    """What learning gives while these messages arrive."""
    result: list = [None, None]

    def ask() -> None:
        try:
            result[0] = made.learn(*arguments, seconds=10.0)
        except ValueError as error:
            result[1] = error

    asking = threading.Thread(target=ask)
    asking.start()
    while made._learning is None and asking.is_alive():
        time.sleep(0.001)
    play(made, *messages)
    made.turn(time.monotonic() + 1)
    asking.join(5)
    return result[0], result[1]


def test_learning_writes_the_row_and_plays_it_at_once() -> None:
    commands = PlayedCommands()
    made = midi(commands)
    row, _ = learn(made, [[0xB2, 20, raw] for raw in (60, 61, 63, 66)], "tilt")
    assert (row.command, row.number, row.channel, row.mode) == ("tilt", (20, 20), 3, "absolute")
    assert commands.done == [], "a control that is learned does nothing yet"
    play(made, [0xB2, 20, 60], [0xB2, 20, 90])
    assert commands.done[-1][0] == "tilt"
    assert 'command = "tilt"' in map_path().read_text()
    assert midi(commands).rows.rows == made.rows.rows, "nothing is forgotten"


def test_a_held_pedal_is_let_go_whatever_happens_meanwhile() -> None:
    commands = PlayedCommands()
    made = midi(commands)
    play(made, [0xB0, 64, 127])
    made.forget(0)  # another map
    play(made, [0xB0, 64, 0])
    play(made, [0xB0, 64, 127])
    learning = threading.Thread(target=made.learn, args=("tilt",), kwargs={"seconds": 0.2})
    learning.start()
    while made._learning is None:
        time.sleep(0.001)
    play(made, [0xB0, 64, 0])
    learning.join()
    play(made, [0xB0, 64, 127], [0xB0, 64, 127], port="Pedals")
    made.unplugged("Pad")
    assert commands.values["freeze"] == 1
    made.unplugged("Pedals")
    made.unplugged("Pedals")
    values = [value for name, value in commands.done if name == "freeze"]
    assert values == [1, 0, 1, 0, 1, 1, 0]
    assert {name for name, _ in commands.done} == {"freeze"}, "the release is nothing to learn"


def test_a_held_pedal_whose_row_is_forgotten_is_let_go() -> None:
    commands = PlayedCommands()
    made = midi(commands)
    play(made, [0xB0, 64, 127])
    (place,) = (n for n, row in enumerate(made.rows) if (row.command, row.number) == ("freeze", (64, 64)))
    made.forget(place)
    assert commands.done == [("freeze", 1), ("freeze", 0)]
    play(made, [0xB0, 64, 0])
    assert len(commands.done) == 2


def test_a_button_learns_one_value() -> None:
    commands = PlayedCommands()
    made = midi(commands)
    row, _ = learn(made, [[0x90, 60, 99], [0x80, 60, 0]], "tier", 8.0)
    assert row.value == 8.0
    play(made, [0x90, 60, 1])
    assert commands.done == [("tier", 8.0)]
    row, error = learn(made, [[0x90, 61, 99], [0x80, 61, 0]], "tier")
    assert row is None
    assert "midi learn tier 64" in str(error)


def test_learning_ends_without_a_control() -> None:
    made = midi(PlayedCommands())
    assert made.learn("tilt", seconds=0.01) is None
    stopper = threading.Timer(0.05, made.stop_learning)
    stopper.start()
    assert made.learn("tilt", seconds=10.0) is None
    with pytest.raises(ValueError, match="did you mean tilt"):
        made.learn("tlit")
    assert not map_path().exists()


def test_learning_stopped_halfway_learns_nothing() -> None:
    made = midi(PlayedCommands())
    answers: list[object] = []
    asking = threading.Thread(target=lambda: answers.append(made.learn("tilt", seconds=10.0)))
    asking.start()
    while made._learning is None:
        time.sleep(0.001)
    play(made, [0xB0, 20, 40], [0xB0, 20, 50])
    made.stop_learning()
    asking.join(5)
    assert answers == [None]
    assert not map_path().exists()


def test_another_map(tmp_path: Path) -> None:
    other, commands = tmp_path / "other.toml", PlayedCommands()
    other.write_text('[[row]]\nmessage = "program"\nnumber = 1\ncommand = "mute"\nmode = "toggle"\n')
    told: list[str] = []
    made = midi(commands, told)
    made.use_map(other)
    play(made, [0xC0, 1])
    assert commands.done == [("mute", 1.0)]
    other.write_text("oops")
    made.use_map(other)
    play(made, [0xC0, 1])
    assert commands.done[-1] == ("tier", 8.0)
    assert "line 1" in told[0]


def test_opened_as_a_context_and_switched_off(rtmidi: FakeRtmidi) -> None:
    rtmidi.sources.append("Pad")
    rtmidi.queues["Pad"] = [[0xC0, 0]]
    commands, told = PlayedCommands(), []
    assert open_midi(MidiSettings(off=True), commands, told.append) is None
    made = open_midi(MidiSettings(), commands, told.append)
    assert made is not None
    with made:
        deadline = time.monotonic() + 5
        while not commands.done and time.monotonic() < deadline:
            time.sleep(0.002)
    assert commands.done == [("tier", 4.0)]
    assert told == ["MIDI from Pad"]


def test_what_arrived_is_kept_in_words_and_a_row_can_be_forgotten() -> None:
    commands = PlayedCommands()
    made = midi(commands)
    play(made, [0xF8], [0xB0, 1, 127], [0xF8])
    assert made.recent == ["Pad: control 1 = 127, channel 1 -> wet 1 (once the knob meets it)"]
    made.received("Pad", [([0xB0, number, value], 0.0) for number, value in ((99, 2), (98, 44), (6, 64))])
    assert made.recent[-1] == "Pad: control 6 = 64, channel 1 (NRPN 300 = 64)", "no row knows it"
    lines = made.map_lines()
    place = [effect for _, effect in lines].index("freeze while pressed")
    made.forget(place)
    assert made.map_lines() == [line for n, line in enumerate(lines) if n != place]
    commands.done.clear()
    play(made, [0xB0, 64, 127])
    assert commands.done == []
    map_path().write_text("")
    with pytest.raises(ValueError, match="by hand"):
        made.forget(0)


def test_what_is_learned_and_forgotten_is_in_the_map_in_use(tmp_path: Path) -> None:
    other = tmp_path / "other.toml"
    other.write_text('[[row]]\nmessage = "control"\nnumber = 5\ncommand = "tilt"\n')
    made = midi(PlayedCommands())
    made.use_map(other)
    learn(made, [[0xB0, 21, raw] for raw in (60, 61, 63, 66)], "gate")
    assert [row.command for row in made.rows.rows] == ["tilt", "gate"]
    assert 'command = "gate"' in other.read_text()
    made.forget(0)
    assert [row.command for row in made.rows.rows] == ["gate"]
    assert 'command = "tilt"' not in other.read_text()
    assert not map_path().exists()


def test_a_map_that_is_written_elsewhere_is_played_at_once(tmp_path: Path) -> None:
    commands, told = PlayedCommands(), []
    path = tmp_path / "map.toml"
    path.write_text('[[row]]\nmessage = "control"\nnumber = 5\ncommand = "wet"\npickup = false\n')
    made = midi(commands, told, map_file=path)
    list(made.turn(0.0))
    learned = midi(PlayedCommands(), map_file=path)
    learned._set_map(save_row(path, MidiRow("control", "tilt", (6, 6), pickup=False)))
    list(made.turn(0.1))
    assert len(made.rows.rows) == 1, "not looked at all the time"
    list(made.turn(0.6))
    assert [row.command for row in made.rows.rows] == ["wet", "tilt"]
    path.write_text("[[row]]\n")
    list(made.turn(1.2))
    assert "map.toml, line 1: the row has no message" in told[-1]
