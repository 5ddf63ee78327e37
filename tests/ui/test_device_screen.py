"""Devices are chosen by name; Enter opens, Escape cancels."""

from __future__ import annotations

import asyncio
import threading
import time
from pathlib import Path

from textual.pilot import Pilot
from textual.widgets import OptionList

from holostream.engine.settings import LiveSettings
from holostream.ui.app import HoloStreamApp
from holostream.ui.device_screen import DeviceScreen
from holostream.ui.live_screen import LiveScreen
from tests.ui.fake_session import DEVICES, FakeSession


async def until_devices_are_found(pilot: Pilot[None]) -> None:
    for _ in range(200):
        await pilot.pause(0.01)
        if pilot.app.focused is not None and pilot.app.focused.id == "api":
            return
    raise AssertionError("no devices are found")


async def test_a_device_is_chosen_by_name_and_opened() -> None:
    session = FakeSession()
    app = HoloStreamApp(session)
    async with app.run_test(size=(80, 24)) as pilot:
        await pilot.press("d")
        assert isinstance(app.screen, DeviceScreen)
        await until_devices_are_found(pilot)
        for name in ("api", "input", "output", "block"):
            region = app.screen.query_one(f"#{name}", OptionList).region
            assert region.area
            assert app.size.region.contains_region(region)
        await pilot.press("down")  # alsa
        await pilot.pause()
        await pilot.press("tab", "down", "down")  # input: the second microphone
        await pilot.press("tab", "down", "down", "down")  # block: 128
        await pilot.press("tab", "down", "down")  # output: HDMI
        await pilot.press("enter")
        await pilot.pause()
        assert isinstance(app.screen, LiveScreen)
    assert session.reopened == [{"device_api": "alsa", "input": "USB microphone", "output": "HDMI 0", "block": 128, "rate": None}]


async def test_enter_keeps_what_is_open_and_escape_opens_nothing() -> None:
    session = FakeSession()
    app = HoloStreamApp(session)
    async with app.run_test(size=(80, 24)) as pilot:
        await pilot.press("d")
        await until_devices_are_found(pilot)
        await pilot.press("escape")
        assert isinstance(app.screen, LiveScreen)
        assert session.reopened == []
        await pilot.press("d")
        await until_devices_are_found(pilot)
        await pilot.press("enter")
    assert session.reopened == [{"device_api": "jack", "input": "system", "output": "system", "block": None, "rate": None}]


async def test_two_enters_at_once_are_one() -> None:
    session = FakeSession()
    app = HoloStreamApp(session)
    async with app.run_test(size=(80, 24)) as pilot:
        await pilot.press("d")
        await until_devices_are_found(pilot)
        for _ in range(2):
            app.screen.query_one("#api", OptionList).action_select()
        await pilot.pause()
        assert isinstance(app.screen, LiveScreen)
    assert len(session.reopened) == 1


async def test_the_virtual_device_can_be_chosen() -> None:
    session = FakeSession()
    app = HoloStreamApp(session)
    async with app.run_test(size=(80, 24)) as pilot:
        await pilot.press("d")
        await until_devices_are_found(pilot)
        await pilot.press("end")
        await pilot.pause()
        await pilot.press("enter")
    assert session.reopened == [{"device_api": "virtual", "input": None, "output": None, "block": None, "rate": None}]


async def test_a_rate_once_asked_for_is_no_wish_for_another_device() -> None:
    session = FakeSession()
    session.settings = LiveSettings(rate=44100)
    app = HoloStreamApp(session)
    async with app.run_test(size=(80, 24)) as pilot:
        for keys in (("tab", "tab", "down"), ("down",)):  # another block, alsa
            await pilot.press("d")
            await until_devices_are_found(pilot)
            await pilot.press(*keys)
            await pilot.pause()
            await pilot.press("enter")
            await pilot.pause()
    assert [(asked["device_api"], asked["rate"]) for asked in session.reopened] == [("jack", 44100), ("alsa", None)]


async def test_a_recording_that_plays_is_the_only_input() -> None:
    session = FakeSession()
    session.settings = LiveSettings(playback=Path("takes/[1] voice.holo"))
    session.device |= {"input": "[1] voice.holo"}
    app = HoloStreamApp(session)
    async with app.run_test(size=(80, 24)) as pilot:
        await pilot.press("d")
        await until_devices_are_found(pilot)
        for key in ("down", "end"):  # alsa, virtual
            await pilot.press(key)
            await pilot.pause()
            inputs = app.screen.query_one("#input", OptionList)
            assert [str(option.prompt) for option in inputs.options] == ["[1] voice.holo"]
        await pilot.press("enter")
    assert session.reopened[0]["input"] is None


async def test_another_block_keeps_files_and_a_device_that_is_away() -> None:
    session = FakeSession()
    session.settings = LiveSettings(input="song.flac")
    session.device |= {"input": "song.flac"}
    app = HoloStreamApp(session)
    async with app.run_test(size=(80, 24)) as pilot:
        for devices in (DEVICES, []):
            session.list_devices = lambda found=devices: found  # type: ignore[method-assign,misc]
            await pilot.press("d")
            await until_devices_are_found(pilot)
            await pilot.press("tab", "tab", "down", "enter")
            await pilot.pause()
    assert session.reopened == 2 * [{"device_api": "jack", "input": "song.flac", "output": "system", "block": 32, "rate": None}]


def test_the_program_leaves_while_the_sound_system_does_not_answer() -> None:
    session, asked, answers = FakeSession(), threading.Event(), threading.Event()

    def list_devices() -> list:
        asked.set()
        answers.wait(10)
        return []

    session.list_devices = list_devices  # type: ignore[method-assign]

    async def leave() -> None:
        async with HoloStreamApp(session).run_test(size=(80, 24)) as pilot:
            await pilot.press("d")
            await pilot.press("ctrl+c")

    begun = time.monotonic()
    asyncio.run(leave())
    assert asked.is_set()
    assert time.monotonic() - begun < 8
    answers.set()
