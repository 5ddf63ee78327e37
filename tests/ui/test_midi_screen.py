"""The MIDI screen follows, learns and forgets."""

from __future__ import annotations

import pytest

from holostream.ui.app import HoloStreamApp
from holostream.ui.line_view import LineView
from holostream.ui.live_midi import NO_MIDI
from holostream.ui.midi_screen import MidiScreen
from tests.ui.fake_midi import MAP, FakeMidi
from tests.ui.fake_session import FakeSession
from tests.ui.shown_text import live
from tests.ui.test_moves_screen import until


def text(app: HoloStreamApp, name: str) -> str:
    return app.screen.query_one(f"#{name}", LineView).text


@pytest.mark.parametrize("size", [(80, 24), (160, 48)])
async def test_ports_messages_and_map_are_shown_as_they_come(size: tuple[int, int]) -> None:
    midi = FakeMidi()
    app = HoloStreamApp(FakeSession(), midi=midi)
    async with app.run_test(size=size) as pilot:
        await pilot.press("M")
        await pilot.pause()
        screen = app.screen
        assert isinstance(screen, MidiScreen)
        midi.recent = (*midi.recent, "launchpad: note on C4 (60) 100, channel 1")
        midi.port_names["in"].append("launchpad mini")
        screen.sample()
        assert text(app, "arriving").endswith("launchpad: note on C4 (60) 100, channel 1")
        assert "launchpad mini" in text(app, "ports")
        assert "not there" not in text(app, "ports")
        assert text(app, "rows").startswith(MAP[0][0])
        box = screen.query_one(".box")
        await pilot.press("l")
        await pilot.pause()
        for name in ("ports", "arriving", "rows", "name", "hint", "said"):
            region = screen.query_one(f"#{name}").region
            assert region.area, name
            assert box.content_region.contains_region(region), name
        assert app.size.region.contains_region(box.region)


async def test_a_control_is_learned_for_the_chosen_or_a_typed_command_and_rows_are_forgotten() -> None:
    session, midi = FakeSession(), FakeMidi()
    app = HoloStreamApp(session, midi=midi)
    async with app.run_test(size=(80, 24)) as pilot:
        await pilot.press("M", "down", "down", "l", "enter")
        assert text(app, "hint").startswith("move a control for wet ")
        midi.move("CC 20")
        await until(pilot, lambda: list(session.messages) == ["learned: CC 20 → wet"])
        await pilot.press("l", *"tier 16", "enter")
        midi.move("note C3")
        await until(pilot, lambda: session.messages[-1] == "learned: note C3 → tier 16")
        assert midi.learned == [("wet", None), ("tier", 16.0)]
        await pilot.press("l", "end", *" x", "enter")
        assert session.messages[-1] == "wet is 'x'; expected a number"
        await pilot.press("l", "escape", "x")
        assert session.messages[-1] == "forgotten: CC 1 → wet"
        assert MAP[2] not in midi.rows
        await pilot.press("escape")
        assert app.screen is live(app)


async def test_a_row_that_cannot_be_forgotten_says_why(monkeypatch: pytest.MonkeyPatch) -> None:
    session, midi = FakeSession(), FakeMidi()

    def refuse(place: int) -> None:
        raise ValueError("the map is written by hand; take the row out by hand")

    monkeypatch.setattr(midi, "forget", refuse)
    app = HoloStreamApp(session, midi=midi)
    async with app.run_test(size=(80, 24)) as pilot:
        await pilot.press("M", "x")
        assert session.messages[-1] == "the map is written by hand; take the row out by hand"
        midi.rows.clear()
        await pilot.press("x", "l", "escape")
        assert isinstance(app.screen, MidiScreen)


async def test_without_midi_it_says_why_and_what_to_do() -> None:
    app = HoloStreamApp(FakeSession())
    async with app.run_test(size=(80, 24)) as pilot:
        await pilot.press("M")
        await pilot.pause(0.3)
        assert text(app, "hint").replace("\n", " ") == NO_MIDI
        await pilot.press("l", "x", "escape")
        assert app.screen is live(app)


async def test_a_row_is_chosen_also_when_a_shorter_map_has_just_come() -> None:
    session, midi = FakeSession(), FakeMidi()
    app = HoloStreamApp(session, midi=midi)
    async with app.run_test(size=(80, 24)) as pilot:
        await pilot.press("M", "end")
        del midi.rows[3:]
        await pilot.press("x")
    assert session.messages[-1] == f"forgotten: {' → '.join(MAP[2])}"
    assert midi.rows == list(MAP[:2])
