"""The verbs of MIDI and the options of `live`, without a port."""

from __future__ import annotations

import sys
from pathlib import Path

import pytest
from typer.testing import CliRunner

from holostream.cli import app, main
from holostream.control.midi_map_file import map_path


@pytest.fixture(autouse=True)
def own_folder(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("XDG_CONFIG_HOME", str(tmp_path))


def run(*arguments: str) -> tuple[list[str], list[str]]:
    """Lines on stdout and on stderr."""
    done = CliRunner().invoke(app, ["midi", *arguments], catch_exceptions=False)
    assert done.exit_code == 0
    return done.stdout.splitlines(), done.stderr.splitlines()


def complaint(monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str], *arguments: str) -> str:
    """The one sentence of a refused command."""
    monkeypatch.setattr(sys, "argv", ["holostream", *arguments])
    with pytest.raises(SystemExit) as ended:
        main()
    assert ended.value.code == 1
    (sentence,) = capsys.readouterr().err.splitlines()
    return sentence


def test_the_map_as_a_table_and_where_it_is() -> None:
    rows, told = run("map")
    assert [row.split(maxsplit=2) for row in rows if row.startswith("CC 1 ")] == [["CC", "1", "wet"]]
    assert told == [f"{map_path()} (not there yet: the first learned control writes it)"]
    map_path().parent.mkdir(parents=True)
    map_path().write_text('[[row]]\nmessage = "start"\ncommand = "record"\nmode = "trigger"\n')
    assert run("map") == ([f"{'start':28} record"], [str(map_path())])
    assert run("map", "--default") == (rows, ["the program's own map"])


def test_a_malformed_map_is_told_and_left_alone() -> None:
    map_path().parent.mkdir(parents=True)
    map_path().write_text("oops")
    rows, told = run("map")
    assert len(rows) > 20
    assert "line 1" in told[0]
    assert map_path().read_text() == "oops"


def test_another_map_that_is_malformed_is_no_other_one(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    file = tmp_path / "pads.toml"
    file.write_text('[[row]]\nmessage = "note"\ncommand = "tilt"\nmode = "toggle"\nvalues = [3]\n')
    sentence = complaint(monkeypatch, capsys, "midi", "map", "--map", str(file))
    assert sentence.endswith("pads.toml, line 5: values are 1, and a toggle row has two: released and pressed")


def test_without_rtmidi_every_verb_that_needs_it_says_how_to_get_it(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.setitem(sys.modules, "rtmidi", None)
    for verb in (("ports",), ("monitor", "--seconds", "0"), ("learn", "tilt")):
        assert "pip install python-rtmidi" in complaint(monkeypatch, capsys, "midi", *verb)


@pytest.mark.parametrize(("arguments", "told"), [
    (("midi", "learn", "tlit"), "did you mean tilt"),
    (("midi", "learn", "tier", "5"), "expected one of 4, 8"),
    (("midi", "monitor", "--api", "USB"), "'usb' is unknown; known are alsa, jack, coremidi, winmm"),
    (("midi", "map", "--map", "nowhere.toml"), "nowhere.toml is not there"),
    (("live", "--no-midi", "--midi", "Pad"), "switched off by --no-midi"),
    (("live", "--midi-map", "nowhere.toml"), "nowhere.toml is not there"),
])  # fmt: skip
def test_what_cannot_be_is_one_sentence(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str], arguments: tuple[str, ...], told: str
) -> None:
    assert told in complaint(monkeypatch, capsys, *arguments)
