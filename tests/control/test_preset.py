"""Presets as values and as text that people edit."""

from __future__ import annotations

from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from holostream.control.preset import Preset, preset_from, preset_of, read_preset
from holostream.engine.command import COMMANDS, MOVES

RANGES = {
    kind.name: st.sampled_from(kind.choices) if kind.choices else st.floats(kind.lowest, kind.highest)
    for kind in COMMANDS
}


def written(folder: Path, text: str | bytes) -> Path:
    path = folder / "p.toml"
    path.write_bytes(text.encode() if isinstance(text, str) else text)
    return path


@given(st.fixed_dictionaries({}, optional=RANGES), st.none() | st.integers(0, 127), st.none() | st.floats(0, 10_000))
def test_what_is_written_is_read(tmp_path_factory, values, number, glide_ms) -> None:
    preset = Preset(values, number, glide_ms, 'a "quoted" \\ map\n.toml')
    path = written(tmp_path_factory.getbasetemp(), preset.text())
    read = read_preset(path)
    assert (read.number, read.glide_ms, read.midi_map) == (number, glide_ms, preset.midi_map)
    assert read.steps() == preset.steps(), "what is neutral may be left out, what it does is the same"


def test_only_what_matters_is_written() -> None:
    neutral = {kind.name: kind.neutral for kind in COMMANDS}
    preset = preset_of({**neutral, "tier": 16.0, "tilt": 3.0, "mute": 1.0, "tempo": 98.0}.__getitem__)
    assert preset.text().splitlines()[1:] == [
        "tier = 16", "", "[mixer]", "input_gain_db = 0", "output_gain_db = 0", "wet = 1", "", "[moves]", "tilt = 3", "",
        "[settings]", "tempo = 98",
    ]  # fmt: skip


def test_a_recall_puts_every_move_and_setting_somewhere_and_leaves_the_mixer_alone() -> None:
    first, later = Preset({"tilt": 3.0, "wet": 0.5, "tier": 16.0}).steps()
    sent = dict(first)
    assert later == []
    assert {name for name in sent if name not in ("wet", "tier")} == {
        kind.name for kind in COMMANDS if kind.group != "mixer"
    }
    assert sent["tilt"] == 3
    assert all(sent[kind.name] == kind.neutral for kind in MOVES if kind.name != "tilt")
    assert first[-1] == ("tier", 16)


def test_a_glide_is_set_before_and_put_back_after() -> None:
    first, later = Preset({"tilt": 3.0, "glide_ms": 40.0}, glide_ms=500.0).steps()
    assert first[0] == ("glide_ms", 500)
    assert later == [("glide_ms", 40)]
    assert [name for name, _ in first].count("glide_ms") == 1


@pytest.mark.parametrize(
    ("text", "words"),
    [
        ("tier = 16\ntilt = 3", ("p.toml line 2", "unknown key 'tilt'", "known are tier, number")),
        ("teir = 16", ("line 1", "did you mean tier?")),
        ("[moves]\nrobot = 1\n\ntlit = 3", ("line 4", "'tlit' in [moves]", "did you mean tilt?")),
        ("[mixer]\ntilt = 3", ("line 2", "'tilt' in [mixer]")),
        ('[moves]\ntilt = "much"', ("line 2", "tilt is 'much'; expected a number")),
        ("[moves]\ntilt = nan", ("line 2", "tilt is nan")),
        ("tier = 5", ("line 1", "tier is 5; expected one of 4, 8")),
        ("moves = 3", ("line 1", "write [moves]")),
        ("number = 128", ("line 1", "whole number from 0 to 127")),
        ("number = true", ("line 1", "whole number")),
        ("midi_map = 3", ("line 1", "a file's name in quotes")),
        ('midi_map = "../../etc/passwd"', ("line 1", "the name of a file beside midi.toml")),
        ('midi_map = ""', ("line 1", "the name of a file beside midi.toml")),
        ("tier = = 3", ("malformed", "line 1", "left as it is")),
        (b"\xff\xfe\x00", ("not a text file",)),
        ("a = " + "[" * 5000, ("malformed",)),
        ("[moves]\ntilt = 1" + "0" * 400, ("line 2", "tilt is too large")),
        ("[moves]\ntilt = 1" + "0" * 5000, ("malformed",)),
    ],
)
def test_what_is_wrong_is_told_with_its_line(tmp_path: Path, text: str | bytes, words: tuple[str, ...]) -> None:
    path = written(tmp_path, text)
    before = path.read_bytes()
    with pytest.raises(ValueError, match=r"p\.toml") as raised:
        read_preset(path)
    for word in words:
        assert word in str(raised.value)
    assert path.read_bytes() == before


@given(st.binary(max_size=200) | st.text(alphabet="tier=[]moves\n\"'0123.#", max_size=80).map(str.encode))
def test_any_file_is_a_preset_or_a_sentence(tmp_path_factory, content: bytes) -> None:
    path = written(tmp_path_factory.getbasetemp(), content)
    complaint = "p.toml"
    try:
        read_preset(path)
    except ValueError as error:
        complaint = str(error)
    assert "p.toml" in complaint


def test_assignments_make_a_preset() -> None:
    preset = preset_from(["tilt=3", "tier = 16", "glide_ms=500", "number=4", "mute=on"])
    assert preset == Preset({"tilt": 3.0, "tier": 16.0, "mute": 1.0}, 4, 500.0)


@pytest.mark.parametrize(
    ("assignment", "reason"),
    [("tilt", "no COMMAND=VALUE"), ("tlit=3", "did you mean tilt"), ("tilt=x", "expected a number"), ("number=1.5", "whole")],
)
def test_a_bad_assignment_is_told(assignment: str, reason: str) -> None:
    with pytest.raises(ValueError, match=reason):
        preset_from([assignment])


def test_settings_are_there_before_the_moves_that_read_them() -> None:
    names = [name for name, _ in Preset({"morph": 0.5, "morph_tier": 16.0}).steps()[0]]
    assert names.index("morph_tier") < names.index("morph")
    assert names.index("mute_low") < names.index("mute_range")


def test_a_mark_of_byte_order_is_no_part_of_the_text(tmp_path: Path) -> None:
    """As some editors write it."""
    (tmp_path / "p.toml").write_text("[moves]\ntilt = 3\n", encoding="utf-8-sig")
    assert read_preset(tmp_path / "p.toml").values == {"tilt": 3.0}
