"""The screen while a recording plays: its transport follows, its keys move."""

from __future__ import annotations

from collections.abc import Iterator

import pytest
from textual.widget import Widget

from holostream.control.key_map import TRANSPORT_ROWS, key_label, playback_rows
from holostream.control.transport import SEMITONE
from holostream.engine.playback import Playback, PlaybackOptions
from holostream.format.holo_error import HoloFormatError
from holostream.ui.app import HoloStreamApp
from holostream.ui.line_view import LineView
from holostream.ui.palette import ON, ON_WARN
from tests.engine.recorded_tone import RATE, Listener, RecordedTone, glide
from tests.ui.fake_session import FakeSession
from tests.ui.shown_text import live, style_of, view
from tests.ui.test_help_screen import assert_all_can_be_seen
from tests.ui.test_live_screen import VIEWS

SOUND = glide(30.0)


@pytest.fixture
def session() -> Iterator[FakeSession]:
    """As recorded, at 5 s of 30 s, with markers at 1, 2 and 3 s."""
    session = FakeSession()
    session.record["bypass"] = 1
    session.playback = Playback(RecordedTone(SOUND), Listener().ring, RATE, PlaybackOptions(start=5.0))
    session.playback.start()
    yield session
    session.playback.close()


async def test_each_key_moves(session: FakeSession) -> None:
    app, playback = HoloStreamApp(session), session.playback
    async with app.run_test(size=(80, 24)) as pilot:
        for key, position in (
            ("pagedown", 15), ("shift+right", 16), ("shift+left", 15), ("pageup", 5), ("p", 3), ("p", 2), ("n", 3),
            ("home", 0), ("n", 1),
        ):  # fmt: skip
            await pilot.press(key)
            assert playback.position == pytest.approx(position), key
        await pilot.press("space")
        assert not playback.playing
        await pilot.press("space")
        assert playback.playing
        await pilot.press(">", ">", "<")
        assert playback.speed == pytest.approx(SEMITONE)
        await pilot.press("<", "(", "pagedown", ")")
        assert playback.loop == pytest.approx((1.0, 11.0))
        await pilot.press("backslash")
        assert playback.loop is None
        await pilot.press("n", "n", "n")
        assert session.messages[-1] == "there is no marker that way"
        await pilot.press("b", "3")
    assert session.sent == [("bypass", 0), ("tier", 16)]


async def test_every_key_of_the_table_is_bound_and_none_twice(session: FakeSession) -> None:
    keys = [key for row in playback_rows() for key in row.keys]
    assert len(keys) == len(set(keys))
    app = HoloStreamApp(session)
    async with app.run_test(size=(80, 24)):
        actions = [binding.binding.action for binding in app.screen.active_bindings.values()]
    for number, row in enumerate(TRANSPORT_ROWS):
        assert actions.count(f"transport({number})") == len(row.keys)


async def test_live_has_no_transport() -> None:
    app = HoloStreamApp(FakeSession())
    async with app.run_test(size=(80, 24)) as pilot:
        await pilot.press("space", "n", "home")
        assert not app.screen.query("#transport")


async def test_the_line_follows(session: FakeSession) -> None:
    app = HoloStreamApp(session)
    async with app.run_test(size=(80, 24)) as pilot:
        live(app).sample()
        line = view(app, "transport")
        assert line.text.startswith("▶  0:05.0 / 0:30.0 ")
        assert "×1.00  tier 16" in line.text
        assert style_of(line.shown[0], "as recorded") == ON
        await pilot.press("b", "space", "home", ">")
        live(app).sample()
        assert line.text.startswith("❚❚ 0:00.0 / 0:30.0  ●")
        assert "×1.06" in line.text
        assert style_of(line.shown[0], "re-encoded") == ON_WARN


async def test_a_failure_stays_the_last_message(session: FakeSession) -> None:
    app = HoloStreamApp(session)
    async with app.run_test(size=(80, 24)):
        session.playback._failed = session.playback._plan, HoloFormatError("a.holo is damaged at block 4")
        session.messages.append("something else")
        live(app).sample()
        assert view(app, "messages").text == "a.holo is damaged at block 4"


@pytest.mark.parametrize("size", [(80, 24), (160, 48), (80, 48), (160, 24)])
async def test_every_view_is_whole_on_the_screen(session: FakeSession, size: tuple[int, int]) -> None:
    session.playback.set_loop(7.0, 12.0)
    session.record["playback_dry"] = 3
    views = (*VIEWS, "transport")
    app = HoloStreamApp(session)
    async with app.run_test(size=size) as pilot:
        session.messages.append("hello")
        await pilot.pause(0.1)
        live(app).sample()
        regions = {name: live(app).query_one(f"#{name}", Widget).region for name in views}
        for name, region in regions.items():
            assert region.area, f"{name} is not shown"
            assert app.size.region.contains_region(region), f"{name} {region} leaves the screen"
            assert not [other for other in views if other != name and regions[other].overlaps(region)], name
        assert regions["dna"].height >= 6
        for name in ("transport", "keys"):
            assert len(view(app, name).text.rstrip()) <= regions[name].width, view(app, name).text


async def test_help_lists_the_transport_too(session: FakeSession) -> None:
    app = HoloStreamApp(session)
    async with app.run_test(size=(80, 24)) as pilot:
        await pilot.press("?")
        await pilot.pause()
        shown = app.screen.query_one("#help", LineView)
        assert_all_can_be_seen(app)
        for row in playback_rows():
            keys = "  ".join(key_label(key) for key in row.keys)
            assert any(keys in line and row.help in line for line in shown.text.split("\n")), row
