"""Every row of the key table is on the help screen, and every row of the MIDI map that comes with the program."""

from __future__ import annotations

import pytest

from holostream.control.key_map import KEY_ROWS, key_label
from holostream.control.midi_map import map_lines
from holostream.control.midi_map_file import default_map
from holostream.ui.app import HoloStreamApp
from holostream.ui.help_screen import HelpScreen
from holostream.ui.line_view import LineView
from holostream.ui.live_screen import LiveScreen
from tests.ui.fake_session import FakeSession


def assert_all_can_be_seen(app: HoloStreamApp) -> None:
    """Every line, by scrolling if need be, and the whole of it."""
    box, text = app.screen.query_one("#keys"), app.screen.query_one("#help", LineView)
    assert app.size.region.contains_region(box.region)
    assert len(text.shown) <= text.size.height
    assert text.size.height <= box.scrollable_content_region.height + box.max_scroll_y
    assert max(len(line.rstrip()) for line in text.text.split("\n")) <= text.size.width


@pytest.mark.parametrize("key", ["question_mark", "h"])
async def test_help_lists_every_row_of_the_key_table(key: str) -> None:
    session = FakeSession()
    app = HoloStreamApp(session)
    async with app.run_test(size=(80, 24)) as pilot:
        await pilot.press(key)
        assert isinstance(app.screen, HelpScreen)
        await pilot.pause()
        help_view = app.screen.query_one("#help", LineView)
        assert_all_can_be_seen(app)
        for row in KEY_ROWS:
            keys = "  ".join(key_label(key) for key in row.keys)
            assert any(keys in line and row.help in line for line in help_view.text.split("\n")), row
        for control, effect in map_lines(default_map()):
            assert any(control in line and effect in line for line in help_view.text.split("\n")), control
        assert app.screen.query_one("#keys").border_subtitle == "Escape closes, ↑ ↓ scroll"
        await pilot.press("3", "escape")
        assert isinstance(app.screen, LiveScreen)
        assert session.sent == []
