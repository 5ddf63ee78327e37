"""Commands, presets, scripts, OSC and the last session from the command line."""

from __future__ import annotations

import json
import socket
import time
from pathlib import Path

import pytest

from holostream.cli_session import Wishes, begin
from holostream.control.command_table import command_table
from holostream.control.last_session import last_session_path
from holostream.control.midi_settings import MidiSettings
from holostream.control.performance import Performance
from holostream.control.preset import Preset
from holostream.control.preset_folder import PresetFolder, presets_folder
from holostream.engine.session import Session
from tests.test_cli import assert_one_clear_sentence
from tests.test_cli_play import holostream
from tests.ui.fake_session import FakeSession


@pytest.fixture(autouse=True)
def own_folders(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("XDG_CONFIG_HOME", str(tmp_path / "config"))
    monkeypatch.setenv("XDG_STATE_HOME", str(tmp_path / "state"))
    monkeypatch.chdir(tmp_path)


def live(*arguments: object):
    return holostream("live", "--device-api", "virtual", "--virtual-time", "--seconds", 0.5, *arguments)


def test_the_whole_table_is_listed() -> None:
    listed = holostream("commands").stdout.splitlines()[1:]
    assert [line.split()[0] for line in listed] == [row.name for row in command_table()]
    assert "tilt             -12 to 12                      0  move       brighter or darker, dB per octave" in listed
    rows = json.loads(holostream("commands", "--json").stdout)
    assert {"name": "tap", "group": "session", "value": "", "neutral": None, "help": "a beat: two or more set the tempo"} in rows


def test_presets_are_looked_after() -> None:
    assert "there are none in" in holostream("preset", "list").stderr
    saved = holostream("preset", "save", "bright", "--set", "tilt=3", "--set", "tier=16", "--set", "number=5")
    assert saved.returncode == 0
    assert Path(saved.stdout.strip()) == presets_folder() / "bright.toml"
    presets_folder().joinpath("broken.toml").write_text("x")
    listed = holostream("preset", "list").stdout.splitlines()
    assert listed[0] == "   5 bright                   tier 16"
    assert listed[1].startswith("     broken                   is malformed: Expected")
    assert "tilt = 3" in holostream("preset", "show", "bright").stdout
    assert_one_clear_sentence(holostream("preset", "save", "../x"), "cannot be a preset's name")
    same = holostream("preset", "save", "later", "--set", "number=5")
    assert (same.returncode, same.stderr.split(",")[0]) == (0, "number 5 recalls bright")
    assert holostream("preset", "delete", "later").returncode == 0
    assert_one_clear_sentence(holostream("preset", "save", "a", "--set", "tlit=3"), "did you mean tilt?")
    assert_one_clear_sentence(holostream("preset", "show", "brigth"), "did you mean bright?")
    assert_one_clear_sentence(holostream("preset", "show", "broken"), "broken.toml is malformed")
    assert_one_clear_sentence(holostream("preset", "save", "bright", "--set", "tilt=1"), "bright.toml is there already")
    assert "tilt = 3" in holostream("preset", "show", "bright").stdout
    assert holostream("preset", "save", "bright", "--set", "tilt=1", "--overwrite").returncode == 0
    assert "tilt = 1" in holostream("preset", "show", "bright").stdout
    assert holostream("preset", "delete", "bright").returncode == 0
    assert_one_clear_sentence(holostream("preset", "delete", "bright"), "no preset 'bright'")


@pytest.mark.parametrize("given", [None, Path(__file__)])
def test_a_preset_to_begin_with_brings_its_map(given: Path | None) -> None:
    PresetFolder().write("nano", Preset({"tilt": 3.0}, midi_map="nano.toml"))
    performance = Performance(FakeSession())
    begin(performance, Wishes(preset="nano", midi=MidiSettings(map_file=given)), restore=False)
    assert performance.midi_map == (None if given else "nano.toml"), "what the command line says counts"


def test_live_begins_with_a_preset(tmp_path: Path) -> None:
    holostream("preset", "save", "robot", "--set", "robot=1", "--set", "tier=16", "--set", "glide_ms=200")
    finished = live("--preset", "robot", "--record", "a.holo")
    assert finished.returncode == 0, finished.stderr
    assert "tier 16" in finished.stdout
    events = json.loads(holostream("info", "a.holo", "--json").stdout)["events"]
    assert events["by_name"]["robot"] == 1, "it begins so"
    assert "tier 8" in live("--preset", "robot", "--tier", 8).stdout, "a flag's tier counts"
    assert_one_clear_sentence(live("--preset", "robt"), "did you mean robot?")


def test_the_same_script_makes_the_same_sound(tmp_path: Path) -> None:
    Path("s.txt").write_text("0 tier 16\n0.1 tilt 6\n0.15 mark verse\n0.2 mute 1\n0.25 neutral\n0.3 mute 0\n")
    for name in ("a", "b"):
        finished = live("--script", "s.txt", "--record", f"{name}.holo", "--output", f"{name}.wav")
        assert finished.returncode == 0, finished.stderr
    assert Path("a.wav").read_bytes() == Path("b.wav").read_bytes()
    assert Path("a.holo").read_bytes() == Path("b.holo").read_bytes()
    played = holostream("play", "a.holo", "--virtual-time", "--script", "s.txt", "--output", "c.wav")
    assert played.returncode == 0, played.stderr
    assert Path("c.wav").exists()


def test_a_bad_script_makes_no_sound_and_no_file() -> None:
    Path("s.txt").write_text("0 tier 16\n1 tlit 3\n")
    finished = live("--script", "s.txt", "--record", "a.holo", "--output", "a.wav")
    assert_one_clear_sentence(finished, "s.txt line 2", "did you mean tilt?")
    assert_one_clear_sentence(live("--script", "none.txt"), "none.txt")
    assert not Path("a.holo").exists()
    assert not Path("a.wav").exists()


def test_osc_that_cannot_be_makes_no_sound() -> None:
    with socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as taken:
        taken.bind(("127.0.0.1", 0))
        port = taken.getsockname()[1]
        assert_one_clear_sentence(live("--osc", port), f"port {port}", "choose another with --osc")
    assert_one_clear_sentence(live("--osc-out", "nowhere"), "is no HOST:PORT")


def test_a_session_with_a_screen_begins_as_the_last_one_ended(monkeypatch: pytest.MonkeyPatch) -> None:
    seen: list[tuple[float, ...]] = []

    def on_the_screen(session: Session, performance: Performance, midi: object) -> None:
        deadline = time.monotonic() + 10
        while not session.snapshot()["hops"] and time.monotonic() < deadline:
            time.sleep(0.005)
        seen.append(tuple(performance.value(name) for name in ("tier", "tilt", "mute", "freeze")))
        for name, value in (("tier", 16), ("tilt", 3), ("mute", 1), ("freeze", 1)):
            performance.do(name, value)

    monkeypatch.setattr("holostream.cli_session.has_screen", lambda headless: not headless)
    monkeypatch.setattr("holostream.ui.app.run_ui", on_the_screen)
    for arguments in ((), ("--tier", 8), ("--fresh",)):
        assert holostream("live", "--device-api", "Virtual", *arguments).returncode == 0
    assert seen == [(64, 0, 0, 0), (8, 3, 0, 0), (64, 0, 0, 0)]
    before = last_session_path().read_bytes()
    finished = live("--headless", "--record", "a.holo")
    assert "tier 64" in finished.stdout, "without a screen nothing is restored"
    assert last_session_path().read_bytes() == before, "and nothing kept"
    last_session_path().write_text("tier = \n")
    finished = holostream("live", "--device-api", "virtual")
    assert "the last session is not restored" in finished.stderr
