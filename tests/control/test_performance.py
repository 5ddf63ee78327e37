"""What is asked, by name, of a session without an engine."""

from __future__ import annotations

import threading
from pathlib import Path

import pytest

from holostream.control.performance import UNTIL_SHOWN_SECONDS, Performance
from holostream.control.preset import Preset
from holostream.control.preset_folder import PresetFolder
from tests.ui.fake_session import FakeSession


class Clock:
    seconds = 100.0

    def __call__(self) -> float:
        return self.seconds


@pytest.fixture
def clock() -> Clock:
    return Clock()


@pytest.fixture
def session() -> FakeSession:
    return FakeSession()


@pytest.fixture
def performance(session: FakeSession, clock: Clock, tmp_path: Path) -> Performance:
    return Performance(session, PresetFolder(tmp_path), clock)


def test_commands_are_sent_and_everybody_is_told(session: FakeSession, performance: Performance) -> None:
    told: list[tuple[str, float]] = []
    performance.observe(lambda name, value: told.append((name, value)))
    performance.do("tilt", "3.5")
    performance.do("mute", "on")
    performance.do("tilt", 99)
    assert session.sent == told == [("tilt", 3.5), ("mute", 1), ("tilt", 12)]


@pytest.mark.parametrize(
    ("name", "value", "reason"),
    [
        ("titl", 3, "unknown command 'titl'; did you mean tilt"),
        ("tilt", None, "needs a value"),
        ("tilt", "x", "expected a number"),
        ("seek", 3, "needs a recording that plays"),
        ("help", None, "help needs a screen"),
        ("preset", "none", "no preset 'none'"),
        ("save_preset", "../x", "cannot be a preset's name"),
    ],
)
def test_what_cannot_be_is_one_sentence(
    session: FakeSession, performance: Performance, name: str, value: float | str | None, reason: str
) -> None:
    with pytest.raises(ValueError, match=reason):
        performance.do(name, value)
    performance.ask(name, value)
    assert reason in session.messages[-1]
    assert session.sent == []


def test_a_value_is_what_was_asked_for_until_the_engine_has_seen_to_it(
    session: FakeSession, performance: Performance, clock: Clock
) -> None:
    performance.do("mute", 1)
    session.record["mute"] = 0
    assert performance.value("mute") == 1
    session.record["block"], session.record["device_rate"] = 8000, 8000
    clock.seconds += UNTIL_SHOWN_SECONDS + 1.9
    assert performance.value("mute") == 1, "with blocks of a second it may take two of them"
    clock.seconds += 0.2
    assert performance.value("mute") == 0, "another device, perhaps, began unmuted"
    session.record["running"] = 0
    assert performance.value("mute") == 1, "no device: the command waits"
    with pytest.raises(ValueError, match="unknown command"):
        performance.value("record")


def test_before_the_first_hop_a_value_is_what_was_asked_for_however_long_ago(
    session: FakeSession, performance: Performance, clock: Clock
) -> None:
    performance.do("tier", 16)
    session._clock = lambda: 0.0
    session.record["tier"] = 64
    clock.seconds += 2 * UNTIL_SHOWN_SECONDS
    assert session.snapshot()["running"]
    assert performance.value("tier") == 16


def test_before_there_is_sound_values_are_neutral(session: FakeSession, performance: Performance) -> None:
    session.record["running"], session.record["wet"], session._clock = 0, 0, lambda: 0.0
    assert performance.value("wet") == 1
    assert performance.value("tier") == 64


def test_record_and_mark(session: FakeSession, performance: Performance) -> None:
    performance.do("record", 0)
    assert session.recording is None
    performance.do("record", 1)
    performance.do("record", 1)
    assert session.recording is not None
    performance.do("record")
    assert session.recording is None
    performance.do("mark", "verse")
    performance.do("mark")
    assert session.marks == ["verse", ""]


def test_neutral_puts_back_what_is_not(session: FakeSession, performance: Performance) -> None:
    performance.do("tilt", 3)
    performance.do("speed", 2)
    performance.do("wet", 0.5)
    session.sent.clear()
    performance.do("neutral")
    assert session.sent == [("speed", 1), ("tilt", 0)]


def test_taps_set_the_tempo(session: FakeSession, performance: Performance, clock: Clock) -> None:
    performance.do("tap")
    clock.seconds += 0.5
    performance.do("tap")
    assert session.sent == [("tempo", 120)]


def test_tier_steps_walk_through_the_tiers_that_are_there(tmp_path: Path) -> None:
    session = FakeSession(tiers=(16, 64, 128))
    performance = Performance(session, PresetFolder(tmp_path))
    for up in (1, 1, -1, -1, -1, 2):
        performance.do("tier_step", up)
    assert [value for _, value in session.sent] == [128, 128, 64, 16, 16, 128]
    session.record["tier"] = 4
    performance.do("tier", 8)
    assert session.sent[-1] == ("tier", 8), "the session says that it is missing"
    assert performance.value("tier") == 128, "and nobody believes it"
    told: list[tuple[str, float]] = []
    performance.observe(lambda name, value: told.append((name, value)))
    performance.do("morph_tier", 32)
    performance.do("morph_tier", 16)
    assert told == [("morph_tier", 16)]


def test_a_preset_is_saved_and_recalled(session: FakeSession, performance: Performance) -> None:
    for name, value in (("tilt", 3), ("wet", 0.5), ("tier", 16)):
        performance.do(name, value)
    performance.midi_map = "nano.toml"
    performance.do("save_preset", "bright")
    assert session.messages[-1].startswith("preset bright saved: ")
    performance.do("neutral")
    performance.do("wet", 1)
    performance.do("robot", 1)
    session.sent.clear()
    loaded: list[str] = []
    performance.on_midi_map(loaded.append)
    performance.do("preset", 1)
    sent = dict(session.sent)
    assert (sent["tilt"], sent["wet"], sent["robot"], session.sent[-1]) == (3, 0.5, 0, ("tier", 16))
    assert loaded == ["nano.toml"]
    performance.do("save_preset", "brighter")
    assert performance.presets.read("brighter").midi_map == "nano.toml"
    performance.do("preset", "bright")
    assert session.messages[-1] == "preset bright"


def test_a_presets_glide_is_for_the_recall(session: FakeSession, performance: Performance) -> None:
    performance.presets.write("slow", Preset({"tilt": 3.0}, glide_ms=500))
    performance.do("preset", "slow")
    assert session.sent[0] == ("glide_ms", 500)
    assert session.sent[-1] != ("glide_ms", 20), "in a block of its own"
    performance.do("save_preset", "mine")
    assert performance.presets.read("mine").values.get("glide_ms", 20) == 20, "the glide of the recall is no setting"
    performance.close()
    assert session.sent[-1] == ("glide_ms", 20)
    performance.do("preset", "slow")
    performance.do("glide_ms", 100)
    performance.close()
    assert session.sent[-1] == ("glide_ms", 100), "what is asked for later counts"


def test_a_presets_glide_is_put_back_by_itself(session: FakeSession, performance: Performance) -> None:
    performance.presets.write("slow", Preset(glide_ms=500))
    back = threading.Event()
    performance.observe(lambda name, value: back.set() if (name, value) == ("glide_ms", 20) else None)
    performance.do("preset", "slow")
    assert back.wait(10)


def test_a_malformed_preset_changes_nothing(session: FakeSession, performance: Performance) -> None:
    performance.presets.path("bad").write_text("tier = 16\n[moves]\ntilt = 'x'\n")
    with pytest.raises(ValueError, match=r"bad\.toml line 3"):
        performance.do("preset", "bad")
    assert session.sent == []


def test_a_full_disk_is_told(performance: Performance, tmp_path: Path) -> None:
    performance.presets.folder = tmp_path / "file" / "presets"
    (tmp_path / "file").write_text("in the way")
    with pytest.raises(ValueError, match=r"save_preset: .*; check its permissions"):
        performance.do("save_preset", "a")


def test_the_screen_does_its_own(performance: Performance) -> None:
    performance.do("quit")
    assert performance.quit_asked.is_set()
    shown: list[str] = []
    performance.on_screen(shown.append)
    performance.do("help")
    performance.do("quit")
    assert shown == ["help", "quit"]


def test_many_threads_at_once(session: FakeSession, performance: Performance) -> None:
    told: list[tuple[str, float]] = []
    performance.observe(lambda name, value: told.append((name, value)))
    names = ("tilt", "wet", "gate", "robot")
    threads = [
        threading.Thread(target=lambda name=name: [performance.do(name, n / 200) for n in range(201)]) for name in names
    ]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert len(told) == len(session.sent) == 4 * 201
    assert {name: performance.value(name) for name in names} == dict.fromkeys(names, 1.0)
