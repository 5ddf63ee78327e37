"""The engine by itself: how it takes over from one that has ended, and what it does about feedback."""

from __future__ import annotations

from pathlib import Path

import pytest

from holostream.engine import engine as engine_module
from holostream.engine.audio_device import DeviceInfo
from holostream.engine.audio_source import DEMO_VOICE
from holostream.engine.command import COMMANDS
from holostream.engine.engine import Engine
from holostream.engine.settings import LiveSettings
from holostream.engine.shared_state import SharedState


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
