"""MIDI through a real JACK server, from a second process: played, flooded, unplugged, the server killed."""

from __future__ import annotations

import os
import signal
import subprocess
import sys
import threading
import time
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest

from holostream.bench.jack_ports import plug, ports
from holostream.bench.jack_server import JackServer, jack_server
from holostream.control.midi_input import open_midi
from holostream.control.midi_settings import MidiSettings
from tests.control.midi_pad import MidiPad
from tests.control.played_commands import PlayedCommands

pytest.importorskip("rtmidi", reason="MIDI needs python-rtmidi")
pytestmark = pytest.mark.jack


@pytest.fixture(scope="module")
def server() -> Iterator[JackServer]:
    with jack_server(256) as running:
        yield running


@pytest.fixture(autouse=True)
def surroundings(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    monkeypatch.setenv("XDG_CONFIG_HOME", str(tmp_path))


def soon(happens: Callable[[], object], seconds: float = 10.0) -> bool:
    deadline = time.monotonic() + seconds
    while not happens():
        if time.monotonic() > deadline:
            return False
        time.sleep(0.01)
    return True


class Verb:
    """`holostream midi ...` on the server, its lines as they come."""

    def __init__(self, server: JackServer, *arguments: str) -> None:
        self.lines: list[str] = []
        self.process = subprocess.Popen(
            [sys.executable, "-m", "holostream.cli", "midi", *arguments, "--api", "jack"], text=True,
            stdout=subprocess.PIPE, stderr=subprocess.STDOUT, env={**os.environ, **server.environment},
        )  # fmt: skip
        self._reader = threading.Thread(target=self._read)
        self._reader.start()

    def _read(self) -> None:
        assert self.process.stdout is not None
        for line in self.process.stdout:
            self.lines.append(line.rstrip())

    def says(self, words: str) -> bool:
        return any(words in line for line in list(self.lines))

    def end(self) -> int:
        if self.process.poll() is None:
            self.process.send_signal(signal.SIGINT)
        code = self.process.wait(10)
        self._reader.join(5)
        return code


def test_played_and_flooded_from_a_second_process(server: JackServer, monkeypatch: pytest.MonkeyPatch) -> None:
    for name, value in server.environment.items():
        monkeypatch.setenv(name, value)
    commands, told = PlayedCommands(), []
    pad = MidiPad(server, "pad")
    try:
        with open_midi(MidiSettings(virtual="played", ports=("nothing",), api="jack"), commands, told.append) as midi:
            assert midi.port_names["in"] == ["played"]
            own = next(port for port in ports(server) if port.startswith("HoloStream") and port.endswith(":played"))
            plug(server, "pad:knobs", own)
            pad.send([0x90, 24, 99], [0x80, 24, 0], [0xC0, 6], [0xF0, *[1] * 300, 0xF7], [0xB0, 64, 127], [0xB0, 64, 0])
            assert soon(lambda: len(commands.done) >= 4)
            assert commands.done == [("tier", 4.0), ("tier", 256.0), ("freeze", 1.0), ("freeze", 0.0)]
            pad.send([0xB0, 1, 127], *[[0xF0, *[1] * 300, 0xF7]] * 100)
            pad.flood(1.0, 55)
            assert soon(lambda: commands.value("wet") == 55 / 127)
    finally:
        pad.kill()
    assert [line for line in told if "unexpected" in line] == []


def test_a_controller_that_vanishes_comes_back(server: JackServer) -> None:
    monitor = Verb(server, "monitor", "--port", "launch")
    try:
        assert soon(lambda: monitor.says("no MIDI port has 'launch' in its name"))
        pad = MidiPad(server, "launchpad")
        assert soon(lambda: monitor.says("MIDI from launchpad:knobs"))
        pad.flood(5.0, 0)
        assert soon(lambda: monitor.says("launchpad:knobs: control 1"))
        pad.kill()
        assert soon(lambda: monitor.says("'launchpad:knobs' is gone"))
        pad = MidiPad(server, "launchpad")
        try:
            assert soon(lambda: sum(line == "MIDI from launchpad:knobs" for line in monitor.lines) == 2)
            pad.send([0x90, 24, 1])
            assert soon(lambda: monitor.says("launchpad:knobs: note on C1 (24) 1, channel 1 -> tier 4"))
        finally:
            pad.kill()
    finally:
        assert monitor.end() == 130
    assert not monitor.says("Traceback")


def test_learning_and_listing(server: JackServer, tmp_path: Path) -> None:
    pad = MidiPad(server, "pad")
    learning = Verb(server, "learn", "tilt")
    try:
        assert soon(lambda: learning.says("move the control for tilt"))
        pad.send(*([0xB1, 20, value] for value in range(40, 60)))
        assert learning.process.wait(10) == 0
    finally:
        pad_ports = Verb(server, "ports")
        assert pad_ports.process.wait(10) == 0
        learning.end()
        pad_ports.end()
        pad.kill()
    assert learning.says(f"CC 20 on channel 2: tilt, in {tmp_path / 'holostream' / 'midi.toml'}")
    assert (tmp_path / "holostream" / "midi.toml").read_text().endswith('number = 20\nchannel = 2\ncommand = "tilt"\n')
    assert any(line.split() == ["jack", "in", "pad:knobs"] for line in pad_ports.lines)


def test_a_killed_server_is_survived_and_found_again() -> None:
    with jack_server(256) as server:
        monitor = Verb(server, "monitor", "--virtual", "mine", "--port", "pad")
        pad = MidiPad(server, "pad")
        try:
            assert soon(lambda: monitor.says("MIDI from pad:knobs"))
            os.kill(server.pid, signal.SIGKILL)
            os.waitpid(server.pid, 0)
            pad.kill()
            assert soon(lambda: monitor.says("MIDI: jack is gone"))
            assert monitor.process.poll() is None
            again = subprocess.Popen(
                ["jackd", "-n", server.name, "-r", "-d", "dummy", "-r", "48000", "-p", "256"],
                stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL, env={**os.environ, **server.environment},
            )  # fmt: skip
            try:
                assert soon(lambda: any(port.endswith(":mine") for port in ports(server)))
                pad = MidiPad(server, "pad")
                pad.send([0x90, 60, 1])
                assert soon(lambda: sum(line == "MIDI from pad:knobs" for line in monitor.lines) == 2)
                pad.send([0x90, 30, 1])
                assert soon(lambda: monitor.says("note on F#1 (30) 1, channel 1 -> tier 256"))
                assert monitor.end() == 130
            finally:
                pad.kill()
                monitor.end()
                again.kill()
                again.wait(5)
        finally:
            monitor.end()
    assert not monitor.says("Traceback")
