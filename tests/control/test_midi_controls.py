"""Messages to moved controls: halves joined, parameters chosen and set."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from holostream.control.midi_controls import KINDS, NUMBERED, Control, MidiControls
from holostream.control.midi_message import read_message


def play(*controls: tuple[int, int], channel: int = 1) -> list[tuple[Control, ...]]:
    memory = MidiControls()
    return [memory.moved(read_message([0xB0 + channel - 1, *control])) for control in controls]


def test_a_plain_control_reaches_both_ends() -> None:
    assert play((7, 0), (7, 127)) == [(Control("control", 1, 7, 0.0),), (Control("control", 1, 7, 1.0),)]


def test_both_halves_make_one_control_at_full_resolution() -> None:
    values = [play((1, value >> 7), (33, value & 127))[1][-1].value for value in (0, 1, 8191, 8192, 16383)]
    assert values == [value / 16383 for value in (0, 1, 8191, 8192, 16383)]


def test_a_fine_half_is_a_control_of_its_own_as_well() -> None:
    assert play((33, 127)) == [(Control("control", 1, 33, 1.0),)]
    assert play((1, 1), (33, 127))[1] == (Control("control", 1, 33, 1.0), Control("control", 1, 1, 255 / 16383))


def test_once_a_control_has_a_fine_half_the_coarse_one_sets_that_to_nothing() -> None:
    last = play((1, 100), (33, 127), (1, 101))[-1]
    assert last == (Control("control", 1, 1, 101 * 128 / 16383),)


def test_a_button_among_the_fine_halves_leaves_the_fader_its_range() -> None:
    """Faders on 0-7 and buttons on 32-39 are a common factory setting."""
    assert play((1, 127), (2, 50), (33, 127))[-1] == (Control("control", 1, 33, 1.0),), "not right after the fader"
    moved = play((1, 127), (33, 127), (33, 0), (1, 126), (1, 127))
    assert moved[1][0] == Control("control", 1, 33, 1.0)
    assert moved[-1] == (Control("control", 1, 1, 1.0),)


def test_fine_halves_alone_go_on() -> None:
    values = [moved[-1].value for moved in play((1, 100), (33, 3), (33, 4), (33, 5))[1:]]
    assert values == [(100 * 128 + fine) / 16383 for fine in (3, 4, 5)]


def test_channels_do_not_mix() -> None:
    memory = MidiControls()
    memory.moved(read_message([0xB0, 1, 100]))
    assert memory.moved(read_message([0xB1, 33, 5])) == (Control("control", 2, 33, 5 / 127),)


@pytest.mark.parametrize(("kind", "high", "low"), [("nrpn", 99, 98), ("rpn", 101, 100)])
def test_parameters(kind: str, high: int, low: int) -> None:
    moved = play((high, 2), (low, 3), (6, 127), (6, 64), (38, 5), (6, 64), (96, 0), (97, 0), (97, 0))
    assert moved[:2] == [(), ()]
    assert all(control[:3] == (kind, 1, 2 * 128 + 3) for (control,) in moved[2:])
    values = [control.value for (control,) in moved[2:]]
    assert values == pytest.approx([1.0, 64 / 127] + [n / 16383 for n in (8197, 8192, 8193, 8192, 8191)])


def test_data_without_a_chosen_parameter_is_a_plain_control() -> None:
    assert play((6, 127))[0] == play((99, 1), (98, 1), (99, 127), (98, 127), (6, 127))[-1] == (Control("control", 1, 6, 1.0),)


def test_choosing_the_other_kind_of_parameter_starts_anew() -> None:
    assert play((99, 0), (98, 5), (101, 0), (100, 6), (6, 0))[-1] == (Control("rpn", 1, 6, 0.0),)


def test_bend_rests_exactly_in_the_middle() -> None:
    memory = MidiControls()
    ends = [memory.moved(read_message([0xE0, *half]))[0].value for half in ((0, 0), (0, 64), (127, 127))]
    assert ends == [0.0, 0.5, 1.0]


def test_notes_programs_and_transport() -> None:
    memory = MidiControls()
    told = [memory.moved(read_message(data)) for data in ([0x90, 24, 127], [0x80, 24, 99], [0xC3, 5], [0xFA], [0xF8])]
    assert told == [
        (Control("note", 1, 24, 1.0),), (Control("note", 1, 24, 0.0),), (Control("program", 4, 5, 1.0),),
        (Control("start", 0, 0, 1.0),), (),
    ]  # fmt: skip


@given(st.lists(st.tuples(st.integers(0x80, 0xFF), st.integers(0, 127), st.integers(0, 127)), max_size=200))
def test_any_messages_give_controls_within_their_range(stream) -> None:
    memory = MidiControls()
    for status, one, two in stream:
        for data in ([status, one, two], [status, one], [status]):
            message = read_message(data)
            for control in memory.moved(message) if message else ():
                assert control.kind in KINDS
                assert 0 <= control.number < NUMBERED.get(control.kind, 1)
                assert 0.0 <= control.value <= 1.0
