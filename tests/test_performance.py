"""A performance as a musician gives one: sound and MIDI through a real JACK server, recorded, rendered again bit by bit."""

from __future__ import annotations

import os
import subprocess
import sys
import time
from collections.abc import Callable
from pathlib import Path

import numpy as np
import pytest
import soundfile

from holostream.bench.jack_ports import plug, ports, unplug
from holostream.bench.jack_server import JackServer, jack_server
from holostream.format.holo_file import HoloReader
from tests.control.midi_pad import MidiPad
from tests.in_process import holostream_here
from tests.speech import speech

pytest.importorskip("rtmidi", reason="MIDI needs python-rtmidi")
pytestmark = pytest.mark.jack

SECONDS = 6.0
PLAYED = [
    [0xC0, 2], [0xB0, 64, 127], [0xB0, 64, 0], [0x90, 28, 100], [0xE0, 0, 80], [0xE0, 0, 64], [0xB0, 66, 127], [0xB0, 66, 0],
    [0xB0, 67, 127], [0xB0, 67, 0], [0x90, 30, 90], [0xB0, 80, 127], [0xB0, 80, 0], [0xB0, 80, 127], [0xC0, 4],
]  # fmt: skip
"""Tiers by program and key, sustain, bend, pedals for loop and whisper, mute and unmute."""


def port_of(server: JackServer, ending: str, before: list[str], running: Callable[[], bool]) -> str:
    deadline = time.monotonic() + 20
    while running() and time.monotonic() < deadline:
        if found := [port for port in ports(server) if port not in before and port.endswith(ending)]:
            return found[0]
        time.sleep(0.05)
    raise AssertionError(f"no port {ending} came up")


def live(server: JackServer, folder: Path, *arguments: str) -> subprocess.Popen[str]:
    command = [sys.executable, "-m", "holostream.cli", "live", "--headless", "--device-api", "jack", *arguments]
    return subprocess.Popen(
        command, cwd=folder, text=True, stdout=subprocess.PIPE, stderr=subprocess.STDOUT,
        env={**os.environ, **server.environment},
    )  # fmt: skip


def test_a_performance_is_rendered_again_bit_by_bit(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(tmp_path)
    soundfile.write(tmp_path / "voice.wav", speech(3.0, 48000, 4), 48000, subtype="FLOAT")
    with jack_server(256) as server:
        before = ports(server)
        source = live(server, tmp_path, "--input", "voice.wav", "--output", "system", "--no-midi", "--tier", "256")
        try:
            sound = port_of(server, ":out_0", before, lambda: source.poll() is None)
            before = ports(server)
            ours = live(
                server, tmp_path, "--input", "system", "--output", "heard.wav", "--tier", "64", "--midi-api", "jack",
                "--midi-virtual", "stage", "--midi", "stage", "--record", "s.holo", "--keep-input", "--seconds", str(SECONDS),
            )  # fmt: skip
            ear = port_of(server, ":in_0", before, lambda: ours.poll() is None)
            unplug(server, ear)
            plug(server, sound, ear)
            pad = MidiPad(server, "pad")
            plug(server, "pad:knobs", port_of(server, ":stage", before, lambda: ours.poll() is None))
            for message in PLAYED:
                pad.send(message)
                time.sleep(0.2)
            said, _ = ours.communicate(timeout=60)
            pad.kill()
        finally:
            source.kill()
            source.communicate()
    assert ours.returncode == 0, said
    heard = soundfile.read(tmp_path / "heard.wav", dtype="float32")[0]
    assert np.std(heard) > 0.005
    with (tmp_path / "s.holo").open("rb") as file:
        reader = HoloReader(file)
        done = {event.name for item in reader.items() if isinstance(item, list) for event in item if event.time}
    assert {"tier", "freeze", "shift", "loop_beats", "whisper", "mute"} <= done
    for arguments in ([], ["--input", "s.input.wav"]):
        rendering = holostream_here("render", "s.holo", "again.wav", "--again", "--overwrite", *arguments)
        assert rendering.returncode == 0, rendering.stderr
        again = soundfile.read(tmp_path / "again.wav", dtype="float32")[0]
        count = min(len(again), len(heard))
        assert count > 0.9 * SECONDS * 48000
        assert np.array_equal(again[:count], heard[:count])
    assert "the DNA is the recorded one" in rendering.stdout + rendering.stderr
