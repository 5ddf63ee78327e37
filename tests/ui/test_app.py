"""Quitting, and ending with the session."""

from __future__ import annotations

import pytest

from holostream.ui.app import HoloStreamApp
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
