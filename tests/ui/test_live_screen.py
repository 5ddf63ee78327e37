"""Views and keys of the live screen."""

from __future__ import annotations

import asyncio
from pathlib import Path

import pytest
from textual.widget import Widget

from holostream.codec.tier import TIERS
from holostream.control.key_map import KEY_ROWS
from holostream.control.performance import Performance
from holostream.control.preset_folder import PresetFolder
from holostream.ui.app import HoloStreamApp
from holostream.ui.device_screen import DeviceScreen
from holostream.ui.help_screen import HelpScreen
from holostream.ui.midi_screen import MidiScreen
from holostream.ui.moves_screen import MovesScreen
from holostream.ui.palette import LEAVING, ON
from holostream.ui.presets_screen import PresetsScreen
from tests.ui.fake_session import FakeSession
from tests.ui.shown_text import live, view

VIEWS = (
    "header", "input-meter", "scale", "output-meter", "tier", "dna", "latency", "timing", "counters", "mixer",
    "moves", "recorder", "messages", "keys",
)  # fmt: skip


async def test_each_key_sends_its_command() -> None:
    session = FakeSession()
    app = HoloStreamApp(session)
    async with app.run_test(size=(80, 24)) as pilot:
        await pilot.press("3", "right", "up", "up", "down", "shift+up", "[", "comma", "minus", "full_stop", "plus")
        await pilot.press("b", "b", "m", "g")
    assert session.sent == [
        ("tier", 16), ("tier", 32), ("output_gain_db", 1), ("output_gain_db", 2), ("output_gain_db", 1),
        ("input_gain_db", 1), ("input_gain_db", 0), ("wet", 0.95), ("wet", 0.9), ("wet", 0.95), ("wet", 1),
        ("bypass", 1), ("bypass", 0), ("mute", 1), ("feedback_guard", 0),
    ]  # fmt: skip


async def test_every_key_of_the_table_is_bound() -> None:
    app = HoloStreamApp(FakeSession())
    async with app.run_test(size=(80, 24)):
        actions = [binding.binding.action for binding in app.screen.active_bindings.values()]
    for number, row in enumerate(KEY_ROWS):
        assert actions.count(f"press({number})") == len(row.keys)


async def test_the_tier_bar_follows_the_snapshot() -> None:
    now = [5.0]
    session = FakeSession(lambda: now[0])
    app = HoloStreamApp(session)
    async with app.run_test(size=(80, 24)) as pilot:
        for number, tier in enumerate(TIERS):
            session.record["tier"] = tier
            live(app).sample()
            lit = "".join(text for text, style in view(app, "tier").shown[0] if style == ON)
            assert lit.split() == [str(number + 1), str(tier)]
        await pilot.press("1")
        line = view(app, "tier").shown[0]
        assert "".join(text for text, style in line if style == LEAVING).split() == ["7", "‹256"]
        now[0] += 1.0
        live(app).sample()
        assert not [text for text, style in view(app, "tier").shown[0] if style == LEAVING]


async def test_with_only_some_tiers_arrows_skip_the_others() -> None:
    session = FakeSession(tiers=(16, 64, 256))
    app = HoloStreamApp(session)
    async with app.run_test(size=(80, 24)) as pilot:
        live(app).sample()
        assert view(app, "tier").text.split() == ["tier", "4", "8", "3", "16", "32", "5", "64", "128", "7", "256"]
        await pilot.press("right", "left", "left", "left", "1")
    assert session.sent == [("tier", 256), ("tier", 64), ("tier", 16), ("tier", 16), ("tier", 4)]


async def test_meters_show_the_peak_and_hold_it() -> None:
    now = [0.0]
    session = FakeSession(lambda: now[0])
    app = HoloStreamApp(session)
    async with app.run_test(size=(80, 24)):
        now[0] = 0.08  # in a syllable
        live(app).sample()
        loud = view(app, "input-meter").text
        now[0] = 0.25  # between two
        live(app).sample()
        quiet = view(app, "input-meter").text
    assert quiet.count(" ") > loud.count(" ")
    assert quiet.split()[-1] == loud.split()[-1] != "-∞"
    assert "▐" in quiet


@pytest.mark.parametrize("lanes", [1, 2])
@pytest.mark.parametrize("size", [(80, 24), (160, 48), (80, 48), (160, 24)])
async def test_every_view_is_whole_on_the_screen(size: tuple[int, int], lanes: int) -> None:
    session = FakeSession(lanes=lanes)
    session.messages.append("device lost: USB microphone; looking for it")
    session.toggle_recording()
    app = HoloStreamApp(session)
    async with app.run_test(size=size) as pilot:
        await pilot.pause(0.1)
        live(app).sample()
        regions = {name: live(app).query_one(f"#{name}", Widget).region for name in VIEWS}
        texts = {name: view(app, name).text for name in VIEWS if name != "dna"}
        screen = app.size.region
        assert app.screen.max_scroll_y == 0
    for name, region in regions.items():
        assert region.area, f"{name} is not shown"
        assert screen.contains_region(region), f"{name} {region} leaves the screen"
        others = [other for other in VIEWS if other != name and regions[other].overlaps(region)]
        assert not others, f"{name} overlaps {others}"
        lines = texts.get(name, "").split("\n")
        assert len(lines) <= region.height, f"{name} has lines below its edge"
        assert max(len(line.rstrip()) for line in lines) <= region.width, f"{name} has text beyond its edge"
    for name, text in texts.items():
        assert text.strip(), f"{name} is empty"
    assert regions["dna"].height >= 6
    for word in ("callback", "lateness", "hop"):
        assert word in texts["timing"]


async def test_an_unchanged_session_repaints_nothing(monkeypatch: pytest.MonkeyPatch) -> None:
    app = HoloStreamApp(FakeSession())
    async with app.run_test(size=(80, 24)) as pilot:
        await pilot.pause(0.2)
        views = [view(app, name) for name in VIEWS if name != "dna"]
        before = [one.shown for one in views]
        repainted: list[str | None] = []
        for one in views:
            monkeypatch.setattr(one, "refresh", lambda *_, name=one.id, **__: repainted.append(name))
        live(app).sample()
        assert repainted == []
        assert [one.shown for one in views] == before


async def test_record_starts_and_stops() -> None:
    session = FakeSession()
    app = HoloStreamApp(session)
    async with app.run_test(size=(80, 24)) as pilot:
        await pilot.press("r")
        live(app).sample()
        assert session.recording is not None
        assert "recording  0:10.0  46.0 kB" in view(app, "recorder").text
        await pilot.press("r")
        live(app).sample()
        assert session.recording is None
        assert "off" in view(app, "recorder").text


async def test_c_saves_what_was_just_played() -> None:
    session = FakeSession()
    app = HoloStreamApp(session)
    async with app.run_test(size=(80, 24)) as pilot:
        live(app).sample()
        assert "kept 10:00  2.6 MB, c saves it" in view(app, "recorder").text
        await pilot.press("c")
        assert session.captures == 1
        session.kept = None
        live(app).sample()
        assert "kept" not in view(app, "recorder").text


async def test_x_sets_a_marker() -> None:
    session = FakeSession()
    app = HoloStreamApp(session)
    async with app.run_test(size=(80, 24)) as pilot:
        await pilot.press("x")
        live(app).sample()
        assert view(app, "messages").text == "marker 1 at 0:10.000"
        await pilot.press("h", "x", "escape", "x")
    assert session.marks == ["", ""], "under the help, x is no key"
    assert session.sent == []


async def test_messages_appear() -> None:
    session = FakeSession()
    app = HoloStreamApp(session)
    async with app.run_test(size=(80, 24)) as pilot:
        session.messages.append("device lost: USB microphone; looking for it")
        await pilot.pause()
        live(app).sample()
        assert view(app, "messages").text == "device lost: USB microphone; looking for it"


async def test_keys_of_moves_toggle_between_neutral_and_their_amount() -> None:
    session = FakeSession()
    app = HoloStreamApp(session)
    async with app.run_test(size=(80, 24)) as pilot:
        await pilot.press("f", "l", "v", "s", "o", "w", "f", "0")
    assert session.sent == [
        ("freeze", 1), ("loop_beats", 1), ("reverse", 1), ("stutter", 0.5), ("robot", 1), ("whisper", 1), ("freeze", 0),
        ("loop_beats", 0), ("reverse", 0), ("stutter", 0), ("robot", 0), ("whisper", 0),
    ]  # fmt: skip


async def test_whoever_plays_can_ask_for_a_screen() -> None:
    session = FakeSession()
    performance = Performance(session)
    app = HoloStreamApp(session, performance)
    async with app.run_test(size=(80, 24)) as pilot:
        await asyncio.to_thread(performance.do, "help")
        await pilot.pause()
        assert isinstance(app.screen, HelpScreen)
        await asyncio.to_thread(performance.do, "devices")
        await pilot.pause()
        assert isinstance(app.screen, HelpScreen), "not over another"
        await asyncio.to_thread(performance.do, "quit")
        await pilot.pause()
        assert not app.is_running
    with pytest.raises(ValueError, match="needs a screen"):
        performance.do("help")


async def test_what_cannot_be_done_is_a_message(monkeypatch: pytest.MonkeyPatch) -> None:
    session = FakeSession()
    monkeypatch.setattr(session, "toggle_recording", _full_disk)
    app = HoloStreamApp(session)
    async with app.run_test(size=(80, 24)) as pilot:
        await pilot.press("r")
    assert session.messages[-1] == "record: a.holo: No space left on device; check its permissions and room"


def _full_disk() -> None:
    raise OSError(28, "No space left on device", "a.holo")


@pytest.mark.parametrize(
    ("key", "screen"), [("y", MovesScreen), ("P", PresetsScreen), ("M", MidiScreen), ("d", DeviceScreen)]
)
async def test_a_key_opens_a_screen_and_escape_closes_it(key: str, screen: type, tmp_path: Path) -> None:
    session = FakeSession()
    app = HoloStreamApp(session, Performance(session, PresetFolder(tmp_path)))
    async with app.run_test(size=(80, 24)) as pilot:
        await pilot.press(key)
        assert isinstance(app.screen, screen)
        await pilot.press("escape")
        assert app.screen is live(app)


async def test_a_morph_shows_its_tier_and_the_moves_line_follows() -> None:
    session = FakeSession()
    app = HoloStreamApp(session)
    async with app.run_test(size=(80, 24)):
        live(app).sample()
        assert "~" not in view(app, "tier").text
        assert view(app, "moves").text.startswith("moves  no moves, y opens them")
        session.record["morph"], session.record["morph_tier"] = 0.5, 16
        live(app).sample()
        assert "~16" in view(app, "tier").text
        assert view(app, "moves").text.startswith("moves  morph 0.50 → 16")


async def test_under_a_dialog_the_picture_stands_still_and_the_session_may_end() -> None:
    now = [5.0]
    session = FakeSession(lambda: now[0])
    app = HoloStreamApp(session)
    async with app.run_test(size=(80, 24)) as pilot:
        await pilot.press("h")
        await pilot.pause(0.2)
        shown = view(app, "input-meter").text
        now[0] += 0.1
        await pilot.pause(0.2)
        assert view(app, "input-meter").text == shown
        session.ended = True
        await pilot.pause(0.2)
        assert not app.is_running
