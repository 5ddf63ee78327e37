"""Notes by name."""

from __future__ import annotations

import pytest

from holostream.control.note_name import note_name, note_number


def test_all_notes_there_and_back() -> None:
    assert [note_number(note_name(number)) for number in range(128)] == list(range(128))
    assert (note_name(0), note_name(24), note_name(30), note_name(60), note_name(127)) == ("C-1", "C1", "F#1", "C4", "G9")


def test_flats_and_small_letters() -> None:
    assert note_number("gb1") == note_number(" F#1 ") == 30
    assert note_number("Cb4") == 59


@pytest.mark.parametrize("name", ["", "H1", "C", "C#", "1", "C10", "G#9", "Cb-1", "C##1", "C 1"])
def test_what_is_no_note(name: str) -> None:
    with pytest.raises(ValueError, match="is no note; expected C-1"):
        note_number(name)
