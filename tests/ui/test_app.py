"""Quitting, and ending with the session."""

from __future__ import annotations

import pytest

from holostream.control.performance import Performance
from holostream.ui.app import HoloStreamApp, run_ui
from tests.ui.fake_session import FakeSession


@pytest.mark.parametrize("key", ["q", "ctrl+c"])
async def test_quit(key: str) -> None:
    app = HoloStreamApp(FakeSession())
    async with app.run_test(size=(80, 24)) as pilot:
        await pilot.press(key)
        await pilot.pause()
        assert not app.is_running


async def test_the_app_ends_with_its_session() -> None:
    session = FakeSession()
    app = HoloStreamApp(session)
    async with app.run_test(size=(80, 24)) as pilot:
        assert app.is_running
        session.ended = True
        for _ in range(50):
            await pilot.pause(0.05)
            if not app.is_running:
                break
        assert not app.is_running


async def test_who_asked_to_quit_before_there_was_a_screen_has_left() -> None:
    session = FakeSession()
    performance = Performance(session)
    performance.do("quit", None)
    app = HoloStreamApp(session, performance)
    async with app.run_test(size=(80, 24)) as pilot:
        await pilot.pause()
        assert not app.is_running


def test_what_goes_wrong_with_the_screen_is_no_good_end(monkeypatch: pytest.MonkeyPatch) -> None:
    def fail(app: HoloStreamApp, mouse: bool) -> None:
        app._handle_exception(RuntimeError("no screen to pop"))
        app._handle_exception(RuntimeError("and what follows"))

    monkeypatch.setattr(HoloStreamApp, "is_headless", False)
    monkeypatch.setattr(HoloStreamApp, "run", fail)
    with pytest.raises(RuntimeError, match="no screen to pop"):
        run_ui(FakeSession())


async def test_the_app_ends_with_its_session_under_a_dialog_too() -> None:
    session = FakeSession()
    app = HoloStreamApp(session)
    async with app.run_test(size=(80, 24)) as pilot:
        await pilot.press("question_mark")
        session.ended = True
        for _ in range(50):
            await pilot.pause(0.05)
            if not app.is_running:
                break
        assert not app.is_running
