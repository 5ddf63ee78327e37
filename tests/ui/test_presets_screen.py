"""Presets are recalled, saved and deleted by keys."""

from __future__ import annotations

from pathlib import Path

from holostream.control.performance import Performance
from holostream.control.preset import preset_from
from holostream.control.preset_folder import PresetFolder, backup_of
from holostream.ui.app import HoloStreamApp
from holostream.ui.line_view import LineView
from holostream.ui.name_input import NameInput
from holostream.ui.presets_screen import PresetsScreen
from holostream.ui.row_list import RowList
from tests.ui.fake_session import FakeSession
from tests.ui.shown_text import live


def app_over(folder: Path) -> tuple[FakeSession, HoloStreamApp]:
    presets = PresetFolder(folder)
    presets.write("choir", preset_from(["freeze=1", "tier=16"]))
    presets.write("phone", preset_from(["tilt=-3"]))
    session = FakeSession()
    return session, HoloStreamApp(session, Performance(session, presets))


def hint(app: HoloStreamApp) -> str:
    return app.screen.query_one("#hint", LineView).text


async def test_enter_recalls_the_chosen_one(tmp_path: Path) -> None:
    session, app = app_over(tmp_path)
    async with app.run_test(size=(80, 24)) as pilot:
        await pilot.press("P", "enter", "down", "enter")
        assert isinstance(app.screen, PresetsScreen)
        assert list(session.messages) == ["preset choir", "preset phone"]
        assert ("freeze", 1) in session.sent
        assert ("tier", 16) in session.sent
        assert app.screen.query_one("#said", LineView).text.endswith("preset phone")
        (tmp_path / "phone.toml").unlink()
        await pilot.press("enter")
        assert session.messages[-1].startswith("no preset 'phone'")
        await pilot.press("escape")
        assert app.screen is live(app)


async def test_the_sound_is_saved_under_a_typed_name(tmp_path: Path) -> None:
    session, app = app_over(tmp_path)
    session.record["tilt"] = 6.0
    async with app.run_test(size=(80, 24)) as pilot:
        await pilot.press("P", "s", "q", "x", "space", "1")
        assert "saves the sound as it is under this name" in hint(app)
        await pilot.press("enter")
        assert PresetFolder(tmp_path).read("qx 1").values["tilt"] == 6
        rows = app.screen.query_one(RowList)
        assert rows.text.split("\n")[rows.chosen].split()[1:3] == ["qx", "1"]
        await pilot.press("s", *"phone")
        await pilot.pause()
        assert hint(app) == "enter replaces the preset phone, escape does not"
        await pilot.press("escape")
        assert PresetFolder(tmp_path).read("phone").values["tilt"] == -3
        await pilot.press("s", "slash", "enter")
        assert session.messages[-1].startswith("'/' cannot be a preset's name")
        assert isinstance(app.screen, PresetsScreen)
        await pilot.press("s", "enter")
        assert len(PresetFolder(tmp_path).names()) == 3
        await pilot.press("escape", "s", *"mine", "tab", "shift+tab", "enter")
        assert "mine" in PresetFolder(tmp_path).names(), "Tab leaves the name nowhere"


async def test_two_enters_at_once_save_once(tmp_path: Path) -> None:
    """The second would put what the first has just written in the place of the former preset."""
    _, app = app_over(tmp_path)
    async with app.run_test(size=(80, 24)) as pilot:
        await pilot.press("P", "s", *"phone")
        name = app.screen.query_one(NameInput)
        for _ in range(2):
            await name.action_submit()
        await pilot.pause()
    assert "tilt" in backup_of(tmp_path / "phone.toml").read_text()
    assert PresetFolder(tmp_path).read("phone").values.get("tilt", 0) == 0


async def test_what_is_deleted_is_asked_twice(tmp_path: Path) -> None:
    session, app = app_over(tmp_path)
    async with app.run_test(size=(80, 24)) as pilot:
        await pilot.press("P", "delete")
        assert hint(app) == "delete once more deletes choir from the disk"
        await pilot.press("down", "backspace", "up", "delete", "enter", "delete")
        assert PresetFolder(tmp_path).names() == ["choir", "phone"]
        await pilot.press("delete")
        assert PresetFolder(tmp_path).names() == ["phone"]
        assert session.messages[-1] == "preset choir deleted"
        (tmp_path / "phone.toml").unlink()
        await pilot.press("delete", "delete")
        assert session.messages[-1].startswith("no preset 'phone'")
        assert hint(app).startswith("there are no presets yet")
        await pilot.press("delete", "enter", "down")
        assert isinstance(app.screen, PresetsScreen)


async def test_a_name_that_cannot_be_is_told_and_stays_to_be_typed_better(tmp_path: Path) -> None:
    session, app = app_over(tmp_path)
    (tmp_path / "broken.toml").write_text("tilt")
    async with app.run_test(size=(80, 24)) as pilot:
        await pilot.press("P", "s", *"a/b", "enter")
        typed = app.screen.query_one("#name", NameInput)
        assert (typed.display, typed.value) == (True, "a/b")
        assert "cannot be a preset's name" in session.messages[-1]
        assert "a letter or digit first" in " ".join(app.screen.query_one("#said", LineView).text.split())
        await pilot.press("backspace", "backspace", "backspace", *"broken")
        assert "cannot be read, so it stays as it is" in app.screen.query_one("#hint", LineView).text
        await pilot.press("enter")
        assert "is malformed" in session.messages[-1]
        assert (tmp_path / "broken.toml").read_text() == "tilt"
        await pilot.press(*"2", "enter")
        assert not typed.display
        assert (tmp_path / "broken2.toml").is_file()
