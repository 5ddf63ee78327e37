"""Presets on disk: found by name or number, never outside their folder."""

from __future__ import annotations

from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from holostream.control.preset import Preset
from holostream.control.preset_folder import PresetFolder, backup_of, recall_numbers


@pytest.fixture
def presets(tmp_path: Path) -> PresetFolder:
    presets = PresetFolder(tmp_path / "presets")
    presets.write("bright", Preset({"tilt": 3.0}))
    presets.write("dark", Preset({"tilt": -3.0}, number=9))
    presets.write("über 2", Preset())
    return presets


def test_by_name_and_number(presets: PresetFolder) -> None:
    assert presets.names() == ["bright", "dark", "über 2"]
    assert presets.find("dark")[1].values == {"tilt": -3.0}
    assert [presets.find(number)[0] for number in ("9", 9.0, "1", 2, "2")] == ["dark", "dark", "bright", "über 2", "über 2"]


def test_a_new_one_moves_no_other_to_another_number(presets: PresetFolder) -> None:
    presets.write("a first", Preset())
    assert presets.read("a first").number == 3
    assert [presets.find(number)[0] for number in (1, 2, 9)] == ["bright", "über 2", "dark"]


def test_what_is_replaced_is_still_beside_it(presets: PresetFolder) -> None:
    path = presets.path("dark")
    path.write_text("# mine\n" + path.read_text())
    before = path.read_text()
    presets.write("dark", Preset({"tilt": 1.0}))
    assert backup_of(path).read_text() == before
    assert presets.names() == ["bright", "dark", "über 2"]


def test_a_file_that_is_written_by_others_is_read_again(presets: PresetFolder) -> None:
    assert presets.read("dark").values == {"tilt": -3.0}
    presets.path("dark").write_text("[moves]\ntilt = 5.25\n")
    assert presets.read("dark").values == {"tilt": 5.25}


def test_a_name_of_digits_goes_before_a_number(presets: PresetFolder) -> None:
    presets.write("9", Preset({"wet": 0.5}))
    assert presets.find("9")[0] == "9"
    assert presets.find(9)[0] == "dark"


def test_the_numbers_of_a_list_recall_its_presets(tmp_path: Path) -> None:
    presets = PresetFolder(tmp_path)
    numbers = {"a": None, "b": 3, "c": None, "d": 3, "e": None}
    for name, number in numbers.items():
        presets.path(name).write_text("" if number is None else f"number = {number}\n")  # as people write them
    shown = recall_numbers(presets.read_all())
    assert shown == [1, 3, 2, None, 4]
    assert [presets.find(number)[0] for number in shown if number is not None] == ["a", "b", "c", "e"]
    assert recall_numbers([("broken", "line 2: why"), ("b", Preset())]) == [None, 1]
    presets.write("0 before them", Preset())
    assert recall_numbers(presets.read_all()) == [5, *shown]


def test_a_malformed_preset_is_listed_with_line_and_reason(presets: PresetFolder) -> None:
    presets.path("broken").write_text("number = 1\ntier = 5\n")
    found = presets.read_all()
    assert [name for name, _ in found] == ["bright", "broken", "dark", "über 2"]
    assert str(found[1][1]).startswith("line 2: tier is 5; expected one of 4, 8")
    assert found[2][1] == presets.read("dark")
    assert PresetFolder(presets.folder / "nowhere").read_all() == []


def test_a_file_whose_name_is_no_presets_is_listed_too(tmp_path: Path) -> None:
    (tmp_path / "robot (copy).toml").write_text("tier = 16\n")
    ((name, why),) = PresetFolder(tmp_path).read_all()
    assert name == "robot (copy)"
    assert isinstance(why, str)
    assert "cannot be a preset's name" in why


@pytest.mark.parametrize(("wanted", "reason"), [
    ("brigth", "no preset 'brigth'; did you mean bright?"), ("x", "there are bright, dark"), ("4", "number 4 and there are 3"),
    ("0", "number 0"), (1.5, "number 1.5"),
])  # fmt: skip
def test_what_is_not_there(presets: PresetFolder, wanted: str | float, reason: str) -> None:
    with pytest.raises(ValueError, match=reason):
        presets.find(wanted)


def test_an_empty_folder_says_where_it_is(tmp_path: Path) -> None:
    with pytest.raises(ValueError, match=f"there are none in {tmp_path}"):
        PresetFolder(tmp_path).read("a")
    assert PresetFolder(tmp_path / "nowhere").names() == []


@given(st.text(max_size=70))
def test_no_name_leads_out_of_the_folder(name: str) -> None:
    presets = PresetFolder(Path("/presets"))
    complaint = ""
    try:
        path = presets.path(name)
    except ValueError as error:
        complaint = str(error)
    if complaint:
        assert "cannot be a preset's name" in complaint
    else:
        assert path.parent == Path("/presets")
        assert path.name == f"{name}.toml"
        assert not set(name) & set('/\\:*?"<>|\0\n')


@pytest.mark.parametrize("name", ["../x", "a/b", "a\\b", ".hidden", "", "..", "con", "NUL.txt", "a\n", "a ", "C:x"])
def test_hostile_names(presets: PresetFolder, name: str) -> None:
    for ask in (presets.read, presets.delete, lambda name: presets.write(name, Preset())):
        with pytest.raises(ValueError, match="cannot be a preset's name"):
            ask(name)


def test_saving_again_keeps_what_only_the_file_knows(presets: PresetFolder) -> None:
    presets.write("dark", Preset({"tilt": -6.0}, glide_ms=200))
    assert presets.read("dark") == Preset({"tilt": -6.0}, 9, 200)


def test_a_malformed_file_is_neither_read_nor_replaced_nor_in_the_way(presets: PresetFolder) -> None:
    broken = presets.path("broken")
    broken.write_text("tier = ")
    for ask in (presets.read, lambda name: presets.write(name, Preset())):
        with pytest.raises(ValueError, match=r"broken\.toml is malformed"):
            ask("broken")
    assert broken.read_text() == "tier = "
    assert presets.find(9)[0] == "dark"


def test_delete(presets: PresetFolder) -> None:
    presets.delete("dark")
    assert presets.names() == ["bright", "über 2"]
    with pytest.raises(ValueError, match="no preset 'dark'"):
        presets.delete("dark")
