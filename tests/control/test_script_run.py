"""Scripts through a real engine in virtual time: exact to the hop, and the same every time."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import numpy as np
import pytest
import soundfile

from holostream.control.performance import Performance
from holostream.control.preset import Preset
from holostream.control.preset_folder import PresetFolder
from holostream.control.script import parse_script
from holostream.control.script_run import ScriptRun
from holostream.engine.command_ring import CommandRing
from holostream.engine.session import Session
from holostream.engine.settings import LiveSettings
from holostream.format.holo_block import DnaBlock
from holostream.format.holo_file import HoloReader

HOP = 128


def play(
    folder: Path,
    text: str,
    seconds: float = 1.5,
    block: int = 128,
    listener: Callable[[str, float], None] = print,
    use_map: Callable[[str], None] = print,
) -> tuple[Path, np.ndarray, Session]:
    """The recording, what was heard, and the closed session."""
    folder.mkdir()
    recording, capture = folder / "a.holo", folder / "a.wav"
    settings = LiveSettings(
        output=str(capture), device_api="virtual", record=recording, virtual_time=True, seconds=seconds, block=block
    )
    session = Session(settings)
    performance = Performance(session, PresetFolder(folder.parent / "presets"))
    performance.observe(listener)
    performance.on_midi_map(use_map)
    run = ScriptRun(parse_script(text), session, performance)
    with session, run:
        while not (session.ended or performance.quit_asked.wait(0.005)):
            pass
    assert session.failure is None
    return recording, soundfile.read(capture, dtype="float32")[0], session


def events_of(recording: Path) -> list[tuple[int, str, float | str]]:
    with recording.open("rb") as file:
        return [
            (event.time // HOP, event.name, event.value)
            for item in HoloReader(file).items()
            if not isinstance(item, DnaBlock)
            for event in item
        ]


def test_every_command_is_at_its_hop_and_the_sound_is_the_same_again(tmp_path: Path) -> None:
    PresetFolder(tmp_path / "presets").write("dark", Preset({"tilt": -6.0, "tier": 8.0}, glide_ms=300))
    text = "0.25 tier 16\n0.3 tap\n0.5 tilt 3\n0.7 tap\n0.75 mark verse\n1 preset dark\n1.2 tier_step 1\n1.25 mute 1\n1.3 mute 0\n1.4 wet 0.5"
    recording, heard, _ = play(tmp_path / "one", text)
    again, heard_again, _ = play(tmp_path / "two", text)
    assert np.abs(heard).max() > 0.1
    assert np.array_equal(heard, heard_again)
    assert recording.read_bytes() == again.read_bytes()
    events = events_of(recording)
    for event in (
        (94, "tier", 16), (188, "tilt", 3), (263, "tempo", pytest.approx(150)), (282, "marker", "verse"), (375, "glide_ms", 300),
        (375, "tilt", -6), (375, "tier", 8), (376, "glide_ms", 20), (450, "tier", 16), (469, "mute", 1), (488, "mute", 0), (525, "wet", 0.5),
    ):  # fmt: skip
        assert event in events


def test_a_presets_midi_map_is_used_from_then_on(tmp_path: Path) -> None:
    PresetFolder(tmp_path / "presets").write("stage", Preset({"tilt": 3.0}, midi_map="stage.toml"))
    used: list[str] = []
    play(tmp_path / "one", "0.25 preset stage", 0.5, use_map=used.append)
    assert used == ["stage.toml"]


def test_more_commands_than_the_queue_holds_in_blocks_of_several_hops(tmp_path: Path) -> None:
    count = 2 * CommandRing.CAPACITY + 100
    text = "\n".join(f"{0.001 * number:f} tilt {number % 12 + 1}" for number in range(count))
    recording, _, session = play(tmp_path / "one", text, 0.001 * count + 0.1, block=480)
    sent = [event for event in events_of(recording) if event[1] == "tilt" and event[0]]
    assert sent == [(-(-3 * number // 8), "tilt", number % 12 + 1) for number in range(1, count)]
    assert session.snapshot()["tilt"] == (count - 1) % 12 + 1


def test_quit_ends_the_session_at_its_time(tmp_path: Path) -> None:
    """What fails until then is told with its line, and whoever listens hears of everything."""
    text = "0.1 seek 3\n0.1 help\n0.2 tilt 3\n0.3 save_preset ../x\n0.4 robot 1\n0.5 quit\n0.6 tilt 4"
    told: list[tuple[str, float]] = []
    _, heard, session = play(tmp_path / "one", text, 60, listener=lambda name, value: told.append((name, value)))
    assert len(heard) == 188 * HOP
    assert told == [("tilt", 3), ("robot", 1)]
    assert session.snapshot()["tilt"] == 3
    said = " ".join(session.messages)
    for words in ("line 1: seek needs a recording", "line 2: help needs a screen", "line 4: '../x' cannot be"):
        assert words in said


def test_a_script_that_cannot_be_played_is_refused_before_there_is_sound(tmp_path: Path) -> None:
    session = Session(LiveSettings(device_api="virtual"))
    with pytest.raises(ValueError, match="line 1: no preset 'none'"):
        ScriptRun(parse_script("1 preset none"), session, Performance(session, PresetFolder(tmp_path)))
    session.close()
