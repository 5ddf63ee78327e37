"""The map's file: read strictly, malformed ones told by line, rows learned into it without touching the rest."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from holostream.control.midi_controls import Control
from holostream.control.midi_map import MidiMap
from holostream.control.midi_map_file import (
    DEFAULT_FILE,
    MidiMapError,
    default_map,
    forget_row,
    load_map,
    map_path,
    parse_map,
    read_map,
    row_as_text,
    save_row,
    with_row,
    without_row,
)
from holostream.control.midi_row import MODES, MidiRow

ROW = '[[row]]\nmessage = "control"\nnumber = 7\ncommand = "wet"\n'


@pytest.fixture(autouse=True)
def own_folder(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    monkeypatch.setenv("XDG_CONFIG_HOME", str(tmp_path))
    return tmp_path


def test_all_keys() -> None:
    text = """
    [[row]]
    message = "note"
    number = ["C1", 30]
    channel = 10
    command = "shift"
    mode = "pick"
    curve = "lin"
    low = -2
    high = 2.5
    values = [-1, 0, 1]
    input = [20, 127]
    pickup = false
    """
    row = MidiRow("note", "shift", (24, 30), 10, "pick", "lin", -2, 2.5, (-1, 0, 1), None, (20, 127), False)
    assert parse_map(text, "a").rows == (row,)
    assert parse_map("", "a").rows == ()


@pytest.mark.parametrize(("text", "line", "reason"), [
    ("[[row]]\nmessage = \n", 2, "Invalid value"),
    ("# hm\n[[row]\n", 2, "Expected"),
    ("row = 3\n", 1, "with two brackets"),
    ("row = [3]\n", 1, r"\[\[row\]\] with its keys below"),
    ("\nversion = 1\n" + ROW, 2, "'version' is unknown"),
    (ROW + "[extra]\nx = 1\n", 5, "'extra' is unknown"),
    (ROW + "\n\n" + ROW + 'colour = "red"\n', 11, "'colour' is unknown; a row has message, number"),
    (ROW + '\n[[row]]\nmessage = "control"\n', 6, "the row has no command"),
    (ROW.replace("wet", "wett"), 4, "did you mean wet"),
    (ROW.replace("control", "knob"), 2, "message 'knob' is unknown"),
    (ROW.replace("7", "128"), 3, "not within 0 to 127"),
    (ROW.replace("7", "7.5"), 3, "neither a number or a note's name"),
    (ROW.replace("7", "[1, 2, 3]"), 3, "nor two of them"),
    (ROW.replace("7", '"H1"'), 3, "is no note"),
    (ROW.replace('"wet"', "1"), 4, "command 1 is not a text in quotes"),
    (ROW + 'channel = "1"\n', 5, "not a number from 1 to 16"),
    (ROW + "channel = 0\nmode = 1\n", 6, "mode 1 is not a text"),
    (ROW + "low = true\n", 5, "low True is not a number"),
    (ROW + "high = inf\n", 5, "high inf is not a number"),
    (ROW + "values = []\n", 5, "not numbers, as in"),
    (ROW + "input = [0]\n", 5, "not two numbers"),
    (ROW + "input = [9, 3]\n", 5, "is no range"),
    (ROW + 'pickup = "no"\n', 5, "not true or false"),
    (ROW + "value = []\n", 5, "not a number or a text"),
    ("x = " + "[" * 5000, 1, "recursion|depth|nested|Invalid"),
])
def test_a_malformed_map_is_told_by_line_and_reason(text: str, line: int, reason: str) -> None:
    with pytest.raises(MidiMapError, match=reason) as told:
        parse_map(text, "midi.toml")
    assert str(told.value).startswith(f"midi.toml, line {line}: ")
    assert "\n" not in str(told.value)


def test_a_malformed_file_is_left_alone_and_the_programs_map_used(own_folder: Path) -> None:
    map_path().parent.mkdir(parents=True)
    map_path().write_text(ROW + "oops")
    told: list[str] = []
    assert load_map(None, told.append).rows == default_map().rows
    assert len(told) == 1
    assert "line 5" in told[0]
    assert "stays as it is" in told[0]
    assert map_path().read_text() == ROW + "oops"
    with pytest.raises(MidiMapError):
        save_row(map_path(), MidiRow("control", "tilt", (3, 3)))
    assert map_path().read_text() == ROW + "oops"
    assert list(map_path().parent.iterdir()) == [map_path()]


def test_files_that_are_no_text_too_large_or_not_there(tmp_path: Path) -> None:
    told: list[str] = []
    assert load_map(None, told.append).rows == default_map().rows
    assert not told, "no map of one's own is nothing to tell"
    (tmp_path / "binary").write_bytes(b"# ok\n\xff\x00")
    (tmp_path / "large").write_bytes(b"#" * 2_000_000)
    for name, words in (("binary", "line 2: this is no text"), ("large", "larger than"), ("none", "No such file"), (".", "directory")):
        assert load_map(tmp_path / name, told.append).rows == default_map().rows
        assert words in told.pop()


@settings(max_examples=60)
@given(st.one_of(st.text(max_size=20), st.text("[]row=\n\"#' 1,.messagcnd", max_size=30)))
def test_any_text_is_a_map_or_a_told_error(text: str) -> None:
    try:
        sentence = None
        rows = parse_map(ROW + text, "midi.toml")
    except MidiMapError as error:
        sentence = str(error)
    if sentence is None:
        assert isinstance(rows, MidiMap)
    else:
        assert sentence.startswith("midi.toml, line ")


@settings(max_examples=60)
@given(
    st.sampled_from(["note", "control", "nrpn", "bend"]), st.integers(0, 100), st.integers(0, 20), st.integers(0, 16),
    st.sampled_from(MODES), st.sampled_from(["wet", "tilt", "speed", "shift"]), st.sampled_from(["lin", "exp", "log"]),
    st.one_of(st.none(), st.floats(-1, 1)), st.one_of(st.none(), st.booleans()), st.sampled_from([None, (1, 99)]),
)  # fmt: skip
def test_a_row_as_text_is_that_row(message, first, more, channel, mode, command, curve, low, pickup, span) -> None:
    number = (first, first + more) if message != "bend" else (0, 0)
    value = 1.0 if mode == "trigger" else None
    row = MidiRow(message, command, number, channel, mode, curve, low, None, (), value, span, pickup)
    assert parse_map(row_as_text(row), "a").rows == (row,)


def test_text_values_are_escaped() -> None:
    for value in ('a"b', "a\\n", "tab\t", "ä ☃", "7"):
        row = MidiRow("note", "preset", (3, 3), mode="trigger", value=value)
        assert parse_map(row_as_text(row), "a").rows == (row,)


def test_the_first_learned_row_brings_the_programs_map_with_it() -> None:
    row = MidiRow("control", "tilt", (20, 20), 3)
    rows = save_row(map_path(), row)
    assert rows.rows == (*default_map().rows, row) == read_map(map_path()).rows
    assert map_path().read_text().startswith(DEFAULT_FILE.read_text()[:300])


def test_learning_takes_out_the_same_control_and_nothing_else() -> None:
    other = ROW.replace("7", "8")
    text = f"# mine\n{ROW.rstrip()} # louder\n\nlow = 0\n\n# the other\n{other}"
    row = MidiRow("control", "tilt", (7, 7))
    after = with_row(text, row)
    assert after == f"# mine\n\n# the other\n{other}\n{row_as_text(row)}"
    assert [one.command for one in parse_map(after, "a")] == ["wet", "tilt"]
    again = with_row(after, row)
    assert again == after
    on_channel = MidiRow("control", "tilt", (7, 7), channel=2)  # a row for any channel is this control's, too
    assert parse_map(with_row(text, on_channel), "a").rows[1:] == (on_channel,)
    elsewhere = with_row(f"# mine\n{row_as_text(replace(on_channel, channel=3))}", on_channel)
    assert [one.channel for one in parse_map(elsewhere, "a")] == [3, 2]


def test_a_learned_control_does_nothing_else_even_if_it_was_one_of_a_row_of_many() -> None:
    for learned in (
        MidiRow("control", "tilt", (1, 1), 1),
        MidiRow("note", "freeze", (26, 26), 10, "momentary"),
        MidiRow("program", "tap", (9, 9), 1, "trigger"),
    ):
        rows = save_row(map_path(), learned)
        assert list(rows.rows_for(Control(learned.message, 1 if learned.channel == 1 else 10, learned.number[0], 1.0))) == [learned]
    tiers = [row for row in rows if row.message == "note" and row.command == "tier"]
    assert [(row.number, row.values) for row in tiers] == [((24, 25), (4, 8)), ((27, 30), (32, 64, 128, 256))]
    presets = [row for row in rows if row.command == "preset"]
    assert [(row.number, row.picked(row.number[0])) for row in presets] == [((7, 8), 7), ((10, 127), 10)]
    assert len(rows.rows) == len(default_map().rows) + 2 - 1 + 3


def test_one_row_is_forgotten_and_nothing_else() -> None:
    other = ROW.replace("7", "8")
    text = f"# mine\n{ROW}\n# the other\n{other}"
    first, second = parse_map(text, "a").rows
    assert without_row(text, first) == f"# mine\n\n# the other\n{other}"
    assert without_row(text, second) == f"# mine\n{ROW}\n# the other\n"
    assert parse_map(without_row(without_row(text, first), second), "a").rows == ()
    with pytest.raises(MidiMapError, match="no such row"):
        without_row(text, MidiRow("control", "tilt", (7, 7)))
    gone = default_map().rows[3]
    rows = forget_row(map_path(), gone)
    assert rows.rows == tuple(row for row in default_map() if row != gone) == read_map(map_path()).rows
    map_path().write_text(ROW + "oops")
    with pytest.raises(MidiMapError, match="line 5"):
        forget_row(map_path(), first)
    assert map_path().read_text() == ROW + "oops"


def test_a_map_written_in_another_way_is_left_alone(tmp_path: Path) -> None:
    path = tmp_path / "a.toml"
    path.write_text('row = [{message = "control", number = 7, command = "wet"}]\n')
    before = path.read_text()
    with pytest.raises(MidiMapError, match="by hand"):
        save_row(path, MidiRow("control", "tilt", (3, 3)))
    assert path.read_text() == before


def test_a_mark_of_byte_order_is_no_part_of_the_text(tmp_path: Path) -> None:
    """As some editors write it; rows are learned into such a file as well."""
    path = tmp_path / "m.toml"
    path.write_text(ROW, encoding="utf-8-sig")
    (row,) = read_map(path).rows
    save_row(path, replace(row, number=(8, 8)))
    assert len(read_map(path).rows) == 2
