"""Through a real JACK server: speech in, DNA, sound out; wrong names and rates; a server that dies and comes back."""

from __future__ import annotations

import json
import os
import signal
import subprocess
import sys
import time
from pathlib import Path

import numpy as np
import pytest
import soundfile

from holostream.bench.jack_ports import plug, ports, unplug
from holostream.bench.jack_server import JackServer, jack_server
from holostream.engine.audio_source import DEMO_VOICE
from holostream.format.summary import summarize
from holostream.format.transcode import decode_file
from tests.speech import speech

pytestmark = pytest.mark.jack


@pytest.fixture(scope="module")
def server():
    with jack_server(256, patient=True) as running:  # samples are compared, and a busy machine must not lose any
        yield running


def start(
    server: JackServer, *arguments: object, needs: tuple[str, ...] = ("in_0", "out_0")
) -> tuple[subprocess.Popen, list[str]]:
    """A headless live program on the server, and the ports it brought, among them those that end as `needs` says."""
    before = ports(server)
    program = subprocess.Popen(
        [sys.executable, "-m", "holostream.cli", "live", "--headless", "--device-api", "jack", *map(str, arguments)],
        stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True, env={**os.environ, **server.environment},
    )  # fmt: skip
    deadline = time.monotonic() + 20
    new: list[str] = []
    while not all(any(port.endswith(name) for port in new) for name in needs):
        assert time.monotonic() < deadline, program.communicate(timeout=5)
        assert program.poll() is None, program.communicate()
        time.sleep(0.05)
        new = [port for port in ports(server) if port not in before]
    time.sleep(0.3)  # PortAudio patches them to the system's by itself first
    return program, new


def await_growth(file: Path, size: int) -> None:
    """Wait until a file that is being written has grown by `size` bytes."""
    enough, deadline = file.stat().st_size + size, time.monotonic() + 60
    while file.stat().st_size < enough:
        assert time.monotonic() < deadline, f"{file.name} does not grow"
        time.sleep(0.1)


def stop(program: subprocess.Popen) -> tuple[str, str]:
    program.send_signal(signal.SIGINT)
    return program.communicate(timeout=20)


def test_speech_through_a_real_server(tmp_path: Path, server: JackServer, models: Path):
    voice, captured, recording = tmp_path / "voice.wav", tmp_path / "captured.wav", tmp_path / "session.holo"
    soundfile.write(voice, speech(2.5, 48000, 4), 48000, subtype="FLOAT")
    player, player_ports = start(server, "--input", voice, "--tier", 256, needs=("out_0",))
    instrument, instrument_ports = start(server, "--tier", 64, "--record", recording)
    keeper, keeper_ports = start(server, "--output", captured, "--tier", 256, needs=("in_0",))
    for port in player_ports + instrument_ports + keeper_ports:
        unplug(server, port)
    source = next(port for port in player_ports if port.endswith("out_0"))
    plug(server, source, next(port for port in instrument_ports if port.endswith("in_0")))
    plug(server, next(p for p in instrument_ports if p.endswith("out_0")), next(p for p in keeper_ports if "in_0" in p))
    await_growth(captured, 5 * 48000 * 4)
    for program in (keeper, instrument, player):
        output, complaints = stop(program)
        assert program.returncode == 0, complaints
        assert "0 errors" in output
    summary = summarize(recording)
    assert summary["complete"]
    decode_file(recording, tmp_path / "decoded.wav", models)
    decoded = soundfile.read(tmp_path / "decoded.wav", dtype="float32")[0]
    heard = soundfile.read(captured, dtype="float32")[0]
    assert summary["missing_hops"] == 0
    # The recording and what a third program captured tell the same story. In windows, because a program that is held up
    # for longer than the server waits shifts what follows.
    alike = [likeness(decoded, heard[at : at + 12000]) for at in range(len(heard) - 3 * 48000, len(heard) - 48000, 12000)]
    assert np.abs(heard[-3 * 48000 : -48000]).max() > 0.1
    assert np.median(alike) > 0.99


def likeness(whole: np.ndarray, part: np.ndarray) -> float:
    """Correlation of (m,) samples with the place in (n,) samples where they fit best."""
    size = 1 << (len(whole) + len(part)).bit_length()
    match = np.fft.irfft(np.fft.rfft(whole, size) * np.conj(np.fft.rfft(part, size)))[: len(whole) - len(part)]
    energy = np.concatenate(([0.0], np.cumsum(whole.astype(np.float64) ** 2)))
    power = (energy[len(part) :] - energy[: -len(part)])[: len(match)]
    return float((match / np.sqrt(power * np.sum(part.astype(np.float64) ** 2) + 1e-9)).max())


def complaint(server: JackServer, *arguments: object) -> str:
    finished = subprocess.run(
        [sys.executable, "-m", "holostream.cli", "live", "--headless", *map(str, arguments)], capture_output=True,
        text=True, check=False, timeout=30, env={**os.environ, **server.environment},
    )  # fmt: skip
    assert finished.returncode == 1, finished
    assert "Traceback" not in finished.stderr
    assert len(finished.stderr.strip().splitlines()) == 1
    return finished.stderr


def test_an_unknown_device_lists_those_there_are(server):
    told = complaint(server, "--input", "Blue Yeti")
    assert "no input device named 'Blue Yeti'" in told
    assert "'system' (jack)" in told


def test_a_refused_rate_lists_the_accepted_ones(server):
    told = complaint(server, "--rate", 44100)
    assert "refuses 44100 Hz" in told
    assert "48000" in told


def test_a_server_at_another_rate_is_resampled(tmp_path: Path):
    with jack_server(256, rate=44100) as server:
        stats = tmp_path / "stats.json"
        program, _ = start(server, "--seconds", 1, "--stats", stats)
        _, complaints = program.communicate(timeout=20)
        assert program.returncode == 0, complaints
        report = json.loads(stats.read_text())
        assert report["device"]["rate"] == 44100
        assert report["resampling_latency"] > 0
        assert report["errors"] == report["latency_changes"] == 0


def test_an_orphan_ends_although_its_server_does_not_answer(tmp_path: Path):
    with jack_server(256) as server:
        program, _ = start(server, "--tier", 16)
        time.sleep(1.0)
        listing = subprocess.run(["pgrep", "-P", str(program.pid)], capture_output=True, text=True, check=True)
        engine = Path(f"/proc/{int(listing.stdout.split()[0])}")
        found = subprocess.run(["pgrep", "-f", f"jackd -n {server.name} "], capture_output=True, text=True, check=True)
        jackd = int(found.stdout.split()[0])
        os.kill(jackd, signal.SIGSTOP)
        try:
            program.kill()
            program.wait()
            deadline = time.monotonic() + 30
            while engine.exists():
                assert time.monotonic() < deadline, "the engine waits for ever"
                time.sleep(0.1)
        finally:
            os.kill(jackd, signal.SIGCONT)


def test_a_killed_server_leaves_the_session_alive_and_it_reconnects(tmp_path: Path):
    """And what was captured until then is kept, what comes after it beside. Files that are gone meanwhile are told."""
    recording, captured, second = tmp_path / "session.holo", tmp_path / "captured.wav", tmp_path / "second.wav"
    second.write_bytes(DEMO_VOICE.read_bytes())
    with jack_server(256) as server:
        program, _ = start(server, "--tier", 16, "--record", recording, "--output", captured, "--second", second, needs=("in_0",))
        time.sleep(1.5)
        second.unlink()
        found = subprocess.run(["pgrep", "-f", f"jackd -n {server.name} "], capture_output=True, text=True, check=True)
        os.kill(int(found.stdout.split()[0]), signal.SIGKILL)
        os.waitpid(int(found.stdout.split()[0]), 0)  # a name whose server is not reaped yet cannot be taken again
        time.sleep(1.5)
        assert program.poll() is None
        again = subprocess.Popen(
            ["jackd", "-n", server.name, "-r", "-d", "dummy", "-r", "48000", "-p", "256"],
            stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL, env={**os.environ, **server.environment},
        )  # fmt: skip
        try:
            deadline = time.monotonic() + 15
            while not any(port.endswith("in_0") and port.startswith("HoloStream") for port in ports(server)):
                assert time.monotonic() < deadline, "not reconnected"
                assert program.poll() is None
                time.sleep(0.1)
            time.sleep(1.0)
            _, messages = stop(program)
        finally:
            again.terminate()
            again.wait(5)
        assert program.returncode == 0
        assert "device lost" in messages
        assert "device is back" in messages
        assert "the second sound is silent now" in messages
    for part in (captured, captured.with_stem("captured-2")):
        assert soundfile.info(part).duration > 0.5
    summary = summarize(recording)
    assert summary["complete"]
    assert summary["seconds"] > 2
