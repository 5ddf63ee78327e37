"""The engine by itself: how it takes over from one that has ended, and what it does about feedback."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest

from holostream.engine import engine as engine_module
from holostream.engine.audio_device import DeviceInfo
from holostream.engine.audio_source import DEMO_VOICE
from holostream.engine.callback import AudioCallback, DeviceFormat
from holostream.engine.command import COMMANDS
from holostream.engine.device_list import DeviceError
from holostream.engine.engine import Engine
from holostream.engine.settings import LiveSettings
from holostream.engine.shared_state import SharedState
from holostream.engine.virtual_device import VirtualDevice


@pytest.fixture
def voice() -> Path:
    return Path(DEMO_VOICE)


def heard_before(hops: int) -> SharedState:
    """As an engine leaves it that was ended after so many hops."""
    shared = SharedState.create(1, 64)
    for kind in COMMANDS:
        setattr(shared.status.record, kind.name, 64 if kind.name == "tier" else kind.neutral)
    shared.status.record.hops = shared.status.record.callbacks = hops
    return shared


def test_an_engine_that_takes_over_before_there_was_sound_begins_as_new(voice):
    settings = LiveSettings(str(voice), device_api="virtual", wet=0.5, tier=16)
    shared = SharedState.create(1, settings.ring_frames)
    engine = Engine(settings, shared, resume=True)
    shared.close()
    assert [engine.controls.value(name) for name in ("tier", "wet", "speed", "comb", "tempo")] == [16, 0.5, 1, 1, 120]


def test_a_hop_that_was_in_the_ring_when_the_engine_crashed_is_not_said_twice(voice):
    shared = heard_before(100)
    engine = Engine(LiveSettings(str(voice), device_api="virtual"), shared, resume=True)
    shared.close()
    assert engine.path.hop == 101
    assert engine.path.voice.number == 1


def test_what_was_counted_before_goes_on(voice):
    shared = heard_before(100)
    record = shared.status.record
    record.bad_samples, record.bad_frames, record.limited_hops = 50, 2, 19
    engine = Engine(LiveSettings(str(voice), device_api="virtual"), shared, resume=True)
    callback = AudioCallback(engine.path, engine.controls, shared, DeviceFormat(48000, 128, 1, 1), realtime=False)
    callback.process(np.full((128, 1), np.nan, np.float32), np.zeros((128, 1), np.float32))
    assert (record.bad_samples, record.bad_frames, record.limited_hops) == (50 + 128, 2, 19)
    shared.close()


def test_what_a_session_begins_with_is_not_faded_to(voice):
    shared = SharedState.create(1, 64)
    for name, value in (("tier", 16), ("mute", 1)):
        shared.commands.send(name, value)
    engine = Engine(LiveSettings(str(voice), device_api="virtual"), shared, resume=False)
    callback = AudioCallback(engine.path, engine.controls, shared, DeviceFormat(48000, 128, 1, 1), realtime=False)
    heard = np.ones((1280, 1), np.float32)
    callback.process(np.full((1280, 1), 0.5, np.float32), heard)
    assert not heard.any()
    assert engine.path.voice.runner.facts.harmonics == 16
    assert (0, "tier", 16.0) in shared.applied.take()
    shared.close()


def test_a_session_that_begins_muted_lets_nothing_through(voice, monkeypatch):
    class Room(VirtualDevice):
        def start(self, process: Callable[..., None]) -> None:
            process(np.full((1280, 1), 0.5, np.float32), heard)

    heard = np.ones((1280, 1), np.float32)
    info = DeviceInfo("alsa", "Built-in mic", "Built-in speakers", 48000, 1280, 1, 1, 0, 0, False)
    shared = SharedState.create(1, 64)
    engine = Engine(LiveSettings(), shared, resume=False)
    room = object.__new__(Room)
    room.info = info
    monkeypatch.setattr(engine_module, "lock_memory", lambda: None)
    monkeypatch.setattr(engine_module, "keep_thread_running", lambda: None)
    assert "muted" in (engine._start(room, LiveSettings(), None) or "")
    assert not heard.any()
    shared.close()


def test_what_is_given_back_after_another_device_failed_is_as_it_was(voice, monkeypatch):
    monkeypatch.setattr(engine_module, "send_event", lambda event, **values: None)
    monkeypatch.setattr(engine_module, "rescan", lambda: None)
    shared = heard_before(10)
    engine = Engine(LiveSettings(str(voice), device_api="virtual"), shared, resume=True)
    engine.controls.feedback_guard = False

    def fail(settings: LiveSettings) -> None:
        raise DeviceError("no such device")

    monkeypatch.setattr(engine, "open", fail)
    engine.reopen(LiveSettings("USB"))
    info = DeviceInfo("alsa", "HDA Intel PCH: mic", "HDA Intel PCH: speakers", 48000, 128, 1, 2, 0, 0, False)
    assert engine._beware_of_feedback(info, LiveSettings()) is None
    assert (engine.controls.mute, engine.controls.feedback_guard) == (False, False)
    shared.close()


def test_a_device_that_does_not_start_tells_why_and_leaves_no_capture(voice, monkeypatch, tmp_path):
    def fail(device: VirtualDevice, process: object) -> None:
        raise DeviceError("the device is busy")

    monkeypatch.setattr(VirtualDevice, "start", fail)
    settings = LiveSettings(str(voice), str(tmp_path / "heard.wav"), device_api="virtual")
    shared = SharedState.create(1, settings.ring_frames)
    engine = Engine(settings, shared, resume=False)
    with pytest.raises(DeviceError, match="the device is busy"):
        engine.open(settings)
    assert not list(tmp_path.iterdir())
    shared.close()


@pytest.mark.parametrize("files", [{"input": "imac.wav"}, {"output": "laptop.wav"}])
def test_a_file_hears_and_howls_nothing(voice, files):
    shared = SharedState.create(1, 64)
    engine = Engine(LiveSettings(str(voice), device_api="virtual"), shared, resume=False)
    info = DeviceInfo("alsa", files.get("input", "internal mic"), files.get("output", "internal speakers"), 48000, 128, 1, 2, 0, 0, False)
    assert engine._beware_of_feedback(info, LiveSettings(**files)) is None
    assert (engine.controls.mute, engine.controls.feedback_guard) == (False, False)
    assert "muted: " in str(engine._beware_of_feedback(info, LiveSettings()))
    assert engine.controls.feedback_guard
    shared.close()


def test_files_that_are_gone_end_nothing_that_plays(voice, tmp_path, monkeypatch):
    told: list[str] = []
    monkeypatch.setattr(engine_module, "send_event", lambda event, **values: told.append(values.get("text", event)))
    sound = tmp_path / "a.wav"
    sound.write_bytes(voice.read_bytes())
    shared = heard_before(10)
    settings = LiveSettings(str(sound), device_api="virtual", second=str(tmp_path / "gone.wav"))
    engine = Engine(settings, shared, resume=True)
    assert [text for text in told if "gone.wav" in text and text.endswith("; the second sound is silent now")]
    engine.open(settings)
    sound.unlink()
    playing = engine.device
    engine.reopen(replace(settings, block=256))
    assert f"cannot read {sound}" in told[-1]
    assert engine.device is playing
    engine.close_device()
    shared.close()


def test_loudspeakers_that_are_chosen_while_the_device_is_away_begin_muted(voice, monkeypatch):
    monkeypatch.setattr(engine_module, "send_event", lambda event, **values: None)
    shared = heard_before(10)
    info = DeviceInfo("alsa", "HDA Intel PCH: mic", "HDA Intel PCH: speakers", 48000, 128, 1, 2, 0, 0, False)
    back, chosen = (Engine(LiveSettings(str(voice), device_api="virtual"), shared, resume=True) for _ in range(2))
    assert back._beware_of_feedback(info, LiveSettings()) is None, "the same device, as it was"
    chosen.reopen(LiveSettings(str(voice), device_api="virtual"))
    assert "muted: " in str(chosen._beware_of_feedback(info, LiveSettings()))
    assert chosen.controls.mute
    chosen.close_device()
    shared.close()
