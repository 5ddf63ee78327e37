"""The newest messages."""

from __future__ import annotations

from holostream.ui.line_view import cells, plain
from holostream.ui.message_lines import message_lines


def test_messages_show_the_newest_last() -> None:
    lines = message_lines(["one", "two\nlines", "three"], 20, 2)
    assert [plain(line) for line in lines] == ["two lines", "three"]
    assert message_lines([], 20, 2) == []


def test_the_newest_message_is_whole_where_there_is_room() -> None:
    long = "cannot capture to song.holo: no space left on this device; free some room"
    assert [plain(line) for line in message_lines(["one", "two", long], 40, 3)] == [
        "two", "cannot capture to song.holo: no space", "left on this device; free some room",
    ]  # fmt: skip
    shown = [plain(line) for line in message_lines(["one", long], 20, 2)]
    assert shown[0] == "cannot capture to"
    assert len(shown) == 2
    assert max(map(len, shown)) <= 20


def test_names_stay_whole_where_they_can() -> None:
    path = "/home/me/a-long-name/presets/" + "y" * 30 + ".toml"
    assert [plain(line) for line in message_lines([f"saved: {path}"], 72, 2)] == ["saved: " + path]
    wrapped = [plain(line) for line in message_lines([f"saved: {path}"], 40, 3)]
    assert "".join(wrapped).replace(" ", "") == "saved:" + path
    first, second = (plain(line) for line in message_lines([f"saved: {path} " + "z" * 40], 40, 2))
    assert first == "saved:"
    assert " " not in second.split("…")[0]


def test_wide_letters_fit() -> None:
    lines = message_lines(["one", "録音しました" * 10], 21, 3)
    assert all(cells(line) <= 21 for line in lines)
    assert len(lines) == 3
