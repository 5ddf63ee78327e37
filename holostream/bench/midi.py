"""From a MIDI message to the sound it changes, on a real JACK server: how long, and what a flood does.

    midi probe:keys -> [ holostream live, drawing its screen, playing a tone ] -> midi probe:in

The probe is a process of its own: see `midi_probe`. Delays count from just before it sends to the first sample it hears that
is other, JACK's own cycles for MIDI and for sound included.
"""

from __future__ import annotations

import json
import statistics
import subprocess
import sys
import tempfile
from dataclasses import dataclass
from pathlib import Path

import numpy as np

from holostream.bench.jack import client
from holostream.bench.jack_ports import new_ports, plug, ports, unplug
from holostream.bench.jack_server import JackServer, jack_server
from holostream.bench.live_program import LiveProgram
from holostream.bench.measurement import Measurement, Row
from holostream.bench.midi_probe import LAST
from holostream.format.audio_writer import AudioWriter

RATE, TONE_HZ, TONE_PEAK = 48000, 1000.0, 0.3
MORE_MS = 10.0
"""Target: at most so much beside a block, at the 99th percentile."""
NOTES, FLOOD_SECONDS, TIER = 200, 60.0, 64
SPARE_SECONDS = 30.0
PORT = "bench"
MAP = """[[row]]
message = "note"
number = 60
command = "mute"
mode = "toggle"

[[row]]
message = "control"
number = 16
command = "tilt"
low = -6
high = 6
pickup = false
"""
FLOOD_ENDS_AT = -6 + 12 * LAST / 127
COLUMNS = ("period", "median ms", "p99 ms", "worst ms", "heard", "limit", "flood: dropouts", "pass-through", "last value")


@dataclass(frozen=True)
class MidiRun:
    """Of one period. Delays in ms; dropouts of the program and of a pass-through client, in a flood of the same length."""

    period: int
    delays: list[float]
    notes: int
    flood_dropouts: int
    control_dropouts: int
    last_value: float

    @property
    def limit_ms(self) -> float:
        return 1000 * self.period / RATE + MORE_MS

    @property
    def met(self) -> bool:
        whole = len(self.delays) == self.notes and abs(self.last_value - FLOOD_ENDS_AT) < 0.01
        return whole and percentile(self.delays, 99) <= self.limit_ms and self.flood_dropouts <= self.control_dropouts


def percentile(values: list[float], percent: float) -> float:
    """Of measured values."""
    return float(np.percentile(values, percent))


def flood(server: JackServer, seconds: float) -> None:
    """A thousand messages a second into the live program. Raises RuntimeError if that does not come about."""
    with client(server, [sys.executable, "-m", "holostream.bench.midi_probe", PORT, "0", str(seconds)]) as process:
        try:
            answer, _ = process.communicate(timeout=SPARE_SECONDS + seconds)
        except subprocess.TimeoutExpired as error:
            raise RuntimeError("the MIDI flood did not come to its end") from error
        if not answer:
            raise RuntimeError("the MIDI flood ended without an answer")


def probe(server: JackServer, subject: str, count: int) -> dict:
    """Run the probe against the live program, whose output port is `subject`."""
    before = ports(server)
    with client(server, [sys.executable, "-m", "holostream.bench.midi_probe", PORT, str(count)]) as process:
        heard, _ = new_ports(server, before, lambda: process.poll() is None)
        assert process.stdout is not None
        process.stdout.readline()
        unplug(server, heard)
        plug(server, subject, heard)
        try:
            answer, _ = process.communicate("go\n", timeout=SPARE_SECONDS + 0.3 * count)
        except subprocess.TimeoutExpired as error:
            raise RuntimeError("the MIDI probe did not come to its end") from error
        if not answer:
            raise RuntimeError("the MIDI probe ended without an answer")
    return json.loads(answer)


def dropouts_of(shared_record: object) -> int:
    """Overflows and underflows so far."""
    return int(shared_record.input_overflows + shared_record.output_underflows)  # type: ignore[attr-defined]


def midi_run(period: int, notes: int, flood_seconds: float, models: Path | None) -> MidiRun:
    """Both measurements at one period. Raises ValueError without JACK, RuntimeError if something does not start."""
    from holostream.bench.soak import run_pass_through

    with jack_server(period) as server, tempfile.TemporaryDirectory() as name:
        folder = Path(name)
        (folder / "map.toml").write_text(MAP, encoding="utf-8")
        tone = TONE_PEAK * np.sin(2 * np.pi * TONE_HZ / RATE * np.arange(RATE))[np.newaxis]
        with AudioWriter(folder / "tone.wav", RATE, 1) as file:
            file.write(tone.astype(np.float32))
        seconds = 2 * SPARE_SECONDS + flood_seconds + 0.3 * notes
        arguments = ["--device-api", "jack", "--input", str(folder / "tone.wav"), "--output", "system", "--tier", str(TIER)]
        arguments += ["--midi-api", "jack", "--midi-virtual", PORT, "--midi", PORT, "--midi-map", str(folder / "map.toml")]
        arguments += ["--seconds", str(seconds)] + (["--models", str(models.resolve())] if models else [])
        before = ports(server)
        with LiveProgram(arguments, folder, server.environment) as program:
            _, shared = program.engine()
            out = next(port for port in ports(server) if port not in before and port.endswith(":out_0"))
            found = probe(server, out, notes)
            at = dropouts_of(shared.status.record)
            flood(server, flood_seconds)
            dropouts, last = dropouts_of(shared.status.record) - at, float(shared.status.record.tilt)
        control = sum(run_pass_through(server, flood_seconds))
    delays = [delay for delay in found["delays_ms"] if delay is not None]
    return MidiRun(period, delays, notes, dropouts, control, last)


def measure_midi(
    models: Path | None = None,
    notes: int = NOTES,
    flood_seconds: float = FLOOD_SECONDS,
    periods: tuple[int, ...] = (256, 128, 64),
) -> Measurement:
    """Every period. Targets: p99 within a block and 10 ms; a flood loses nothing."""
    runs = [midi_run(period, notes, flood_seconds, models) for period in periods]
    return Measurement(
        "midi",
        "From a MIDI message to the sound",
        COLUMNS,
        tuple(
            Row(
                (
                    str(run.period),
                    f"{statistics.median(run.delays):.1f}" if run.delays else "",
                    f"{percentile(run.delays, 99):.1f}" if run.delays else "",
                    f"{max(run.delays):.1f}" if run.delays else "",
                    f"{len(run.delays)} of {run.notes}",
                    f"{run.limit_ms:.1f}",
                    str(run.flood_dropouts),
                    str(run.control_dropouts),
                    f"{run.last_value:.2f}",
                ),
                run.met,
            )
            for run in runs
        ),
        {"rows": [{**run.__dict__, "met": run.met} for run in runs], "flood_seconds": flood_seconds},
        (
            "A note that mutes or unmutes, sent by a second process through JACK MIDI while the screen draws, until that process "
            "hears the tone change (by 5 %, within a gain ramp of 10 ms). Limit: one block and 10 ms, at the 99th percentile. "
            f"Flood: {flood_seconds:g} s of a thousand control messages a second; dropouts of the program during it, and of a "
            f"bare pass-through client for as long right after; the value that the last message set must be {FLOOD_ENDS_AT:.2f}.",
        ),
    )
