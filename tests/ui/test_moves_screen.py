"""Moves are changed by keys and followed live."""

from __future__ import annotations

import pytest
from textual.pilot import Pilot

from holostream.control.performance import Performance
from holostream.ui.app import HoloStreamApp
from holostream.ui.moves_screen import MovesScreen
from holostream.ui.moves_table import TABLE
from holostream.ui.row_list import RowList
from tests.ui.fake_midi import FakeMidi
from tests.ui.fake_session import FakeSession
from tests.ui.shown_text import live

NAMES = [kind.name for kind in TABLE]


async def choose(pilot: Pilot[None], name: str) -> None:
    pilot.app.screen.query_one(RowList).choose(NAMES.index(name))


async def test_keys_change_the_chosen_move() -> None:
    session = FakeSession()
    app = HoloStreamApp(session)
    async with app.run_test(size=(80, 24)) as pilot:
        await pilot.press("y")
        assert isinstance(app.screen, MovesScreen)
        await pilot.press("right", "right", "shift+left", "0", "space", "down", "right")
        await choose(pilot, "tilt")
        await pilot.press("left", "space", "space", "shift+right")
        await choose(pilot, "morph_tier")
        await pilot.press("right", "space", "Z")
        await pilot.press("escape")
        assert app.screen is live(app)
    assert session.sent == [
        ("freeze", 0.05), ("freeze", 0.1), ("freeze", 0.09), ("freeze", 0), ("freeze", 0.09), ("loop", 0.25),
        ("tilt", -1), ("tilt", 0), ("tilt", -1), ("tilt", -0.9), ("morph_tier", 16), ("morph_tier", 8),
        ("freeze", 0), ("loop", 0), ("tilt", 0),
    ]  # fmt: skip


async def test_the_keys_that_play_go_on() -> None:
    session = FakeSession()
    app = HoloStreamApp(session)
    async with app.run_test(size=(80, 24)) as pilot:
        await pilot.press("y", "3", "m", "f", "r", "c", "x", "full_stop", "left_square_bracket", "d", "P")
        assert isinstance(app.screen, MovesScreen), "no dialog over another"
        assert session.recording is not None
        await pilot.pause(0.2)
        assert "recording 0:" in str(app.screen.query_one(".box").border_subtitle)
        await pilot.press("r")
        await pilot.pause(0.2)
        assert app.screen.query_one(".box").border_subtitle == "Escape closes"
    assert [name for name, _ in session.sent] == ["tier", "mute", "freeze", "wet", "input_gain_db"]
    assert session.captures == len(session.marks) == 1


@pytest.mark.parametrize("size", [(80, 24), (160, 48)])
async def test_every_move_is_seen_by_scrolling_with_its_amount_as_others_change_it(size: tuple[int, int]) -> None:
    session = FakeSession()
    performance = Performance(session)
    app = HoloStreamApp(session, performance)
    async with app.run_test(size=size) as pilot:
        await pilot.press("y")
        await pilot.pause()
        screen = app.screen
        assert isinstance(screen, MovesScreen)
        rows, seen = screen.query_one(RowList), set[str]()
        for place in range(len(TABLE)):
            rows.choose(place)
            seen |= {line.split()[0] for line in rows.text.split("\n")}
        assert seen == set(NAMES)
        box = screen.query_one(".box")
        assert app.size.region.contains_region(box.region)
        for name in ("rows", "hint", "said"):
            assert box.content_region.contains_region(screen.query_one(f"#{name}").region), name
        performance.do("glide_ms", 500)
        session.record["tempo"] = 90.0
        screen.sample()
        assert [line.split()[2] for line in rows.text.split("\n")[-2:]] == ["90", "500"]


async def test_learning_waits_for_a_control_while_the_screen_goes_on() -> None:
    session, midi = FakeSession(), FakeMidi()
    app = HoloStreamApp(session, midi=midi)
    async with app.run_test(size=(80, 24)) as pilot:
        await pilot.press("y", "k", "right")
        assert "move a control for freeze" in app.screen.query_one("#hint").text  # type: ignore[attr-defined]
        midi.move("CC 20")
        await until(pilot, lambda: "learned: CC 20 → freeze" in session.messages)
        await pilot.press("k", "escape")
        await until(pilot, lambda: session.messages[-1] == "nothing learned for freeze: no control was moved")
        assert isinstance(app.screen, MovesScreen)
    assert session.sent == [("freeze", 0.05)]
    assert midi.learned == [("freeze", None)] * 2


async def until(pilot: Pilot[None], done: object) -> None:
    """A thread has done its part."""
    assert callable(done)
    for _ in range(200):
        if done():
            return
        await pilot.pause(0.01)
    raise AssertionError("it did not happen")
