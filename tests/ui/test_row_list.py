"""A list that scrolls with its choice."""

from __future__ import annotations

import pytest
from textual.app import App, ComposeResult

from holostream.ui.palette import PLAIN, RAISED
from holostream.ui.row_list import RowList


class ListApp(App[None]):
    CSS = "RowList { height: 5; width: 20; }"

    def compose(self) -> ComposeResult:
        yield RowList("rows")


def chosen_line(rows: RowList) -> str:
    """The line that stands out."""
    (line,) = [line for line in rows.shown if any(style.bgcolor and style.bgcolor.name == RAISED for _, style in line)]
    return "".join(text for text, _ in line).strip(" ▲▼")


async def test_the_choice_stays_in_sight_and_both_ends_are_ends() -> None:
    app = ListApp()
    async with app.run_test(size=(30, 10)) as pilot:
        rows = app.query_one(RowList)
        rows.show_rows([((f"row {n}", PLAIN),) for n in range(12)])
        rows.focus()
        assert rows.text.count("▲") == 0
        assert rows.text.count("▼") == 1
        place = 0
        for key, by in (("up", -1), *[("down", 1)] * 7, ("pagedown", 10), ("home", -99), ("end", 99), ("pageup", -10)):
            await pilot.press(key)
            place = max(0, min(11, place + by))
            assert rows.chosen == place
            assert chosen_line(rows) == f"row {place}"
            assert len(rows.shown) == 5
        rows.choose(5)
        assert "▲" in rows.text
        assert "▼" in rows.text
        rows.show_rows([(("alone", PLAIN),)])
        assert rows.chosen == 0
        assert chosen_line(rows) == "alone"
        rows.show_rows([])
        await pilot.press("down", "end")
        assert rows.chosen == 0
        assert rows.shown == ()


async def test_moving_by_one_repaints_two_lines(monkeypatch: pytest.MonkeyPatch) -> None:
    app = ListApp()
    async with app.run_test(size=(30, 10)) as pilot:
        rows = app.query_one(RowList)
        rows.show_rows([((f"row {n}", PLAIN),) for n in range(4)])
        rows.focus()
        await pilot.pause()
        repainted: list[int] = []
        monkeypatch.setattr(rows, "refresh", lambda *regions, **_: repainted.append(len(regions)))
        rows.action_choose(1)
        assert repainted == [2]
