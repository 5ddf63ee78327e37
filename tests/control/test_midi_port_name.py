"""Names of ports."""

from __future__ import annotations

from holostream.control.midi_port_name import has_part, is_a_controller, numbered, shown


def test_names() -> None:
    assert shown("nanoKONTROL2:nanoKONTROL2 MIDI 1 20:0") == "nanoKONTROL2:nanoKONTROL2 MIDI 1"
    assert shown("system:midi_capture_1") == "system:midi_capture_1"
    assert has_part("Launchpad Mini", ("x", "PAD m"))
    assert not has_part("Launchpad Mini", ())


def test_what_may_be_a_controller() -> None:
    assert is_a_controller("Launchpad", None)
    assert not is_a_controller("HoloStream-02:in", None)
    assert not is_a_controller("Midi Through:Midi Through Port-0 14:0", None)
    assert not is_a_controller("mine", "mine")


def test_ports_of_the_same_name_are_told_apart() -> None:
    assert numbered(["a", "b", "a", "a"]) == {"a": 0, "b": 1, "a #2": 2, "a #3": 3}
