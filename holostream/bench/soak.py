"""Minutes of hard use on a real JACK server: the screen drawing, recording on, a tier switch every second; or commands at
random, all moves, tiers and presets, ten a second.

A shared machine causes dropouts by itself, so a bare pass-through client runs for the same time right before and right
after on the same server: its count is what ours is held to. A metronome, patched to the input, gives all of them
something to hear. Meanwhile memory and the fill of the rings are read from outside once a second; neither may grow.
"""

from __future__ import annotations

import itertools
import json
import os
import shutil
import subprocess
import tempfile
import time
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Any

from holostream.bench.jack import client, jack_client_command
from holostream.bench.jack_ports import new_ports, plug, ports
from holostream.bench.jack_server import JackServer, jack_server
from holostream.bench.live_program import LiveProgram
from holostream.bench.machine import today
from holostream.bench.measurement import Measurement
from holostream.bench.random_commands import random_commands, send_osc
from holostream.bench.soak_table import FREE_OF_DROPOUTS, soak_table
from holostream.bench.soak_watch import Watch, WatchSummary
from holostream.codec.tier import TIERS
from holostream.engine.audio_source import DEMO_VOICE
from holostream.format.summary import summarize

PERIODS = (256, 128, 64)
OSC_PORT, COMMANDS_A_SECOND = 19_047, 10


@dataclass(frozen=True)
class SoakRun:
    """One period. Dropouts are input overflows and output underflows as PortAudio flags them."""

    period: int
    realtime: bool
    seconds: float
    before: tuple[int, int]
    ours: tuple[int, int]
    in_time: tuple[int, int]
    """Of them those that came while the server itself was woken in time."""
    after: tuple[int, int]
    server_late: tuple[int, int, int]
    """Late wake-ups of the server itself during the three runs."""
    errors: int
    switches: int
    recorded_seconds: float
    report: dict
    watch: WatchSummary
    day: str

    @property
    def met(self) -> bool:
        allowed = 0 if self.period >= FREE_OF_DROPOUTS else max(sum(self.before), sum(self.after))
        everything_recorded = abs(self.recorded_seconds - self.report["seconds"]) < 0.01
        return sum(self.ours) <= allowed and self.errors == 0 and everything_recorded and self.watch.steady


def tier_tour() -> Iterator[int]:
    """Tiers without end, every ordered pair once in 42 steps: strides 1 to 6 through seven (a prime number of) tiers."""
    place = 0
    for stride in itertools.cycle(range(1, len(TIERS))):
        for _ in TIERS:
            place = (place + stride) % len(TIERS)
            yield TIERS[place]


def soak(period: int, seconds: float, models: Path | None = None, everything: bool = False) -> SoakRun:
    """Control, program, control; `everything`: commands at random instead of switches. Raises ValueError without JACK, RuntimeError if something does not start."""
    # Where none is allowed, nothing is held against the pass-through: a glance at the machine is enough.
    control_seconds = min(seconds, 60.0) if period >= FREE_OF_DROPOUTS else seconds
    with jack_server(period) as server, tempfile.TemporaryDirectory() as folder:
        late = [server.late_wakeups()]
        before = run_pass_through(server, control_seconds)
        late.append(server.late_wakeups())
        report, watch, switches = run_live(server, seconds, Path(folder), models, everything)
        late.append(server.late_wakeups())
        after = run_pass_through(server, control_seconds)
        late.append(server.late_wakeups())
        recorded = float(summarize(Path(folder) / "soak.holo")["seconds"])
    return SoakRun(
        period,
        server.realtime,
        seconds,
        before,
        (report["input_overflows"], report["output_underflows"]),
        watch.in_time,
        after,
        (late[1] - late[0], late[2] - late[1], late[3] - late[2]),
        report["errors"],
        switches,
        recorded,
        report,
        watch.summary(),
        today(),
    )


@contextmanager
def metronome(server: JackServer, target: str) -> Iterator[None]:
    """Beeps into an input for as long as it lasts; silence where the tool is missing."""
    if shutil.which("jack_metro") is None:
        yield
        return
    process = subprocess.Popen(
        ["jack_metro", "-b", "150", "-f", "440", "-D", "200"],
        stdout=subprocess.DEVNULL,
        stderr=subprocess.DEVNULL,
        env={**os.environ, **server.environment},
    )
    try:
        for _ in range(100):
            if found := [port for port in ports(server) if port.endswith("_bpm")]:
                plug(server, found[0], target)
                break
            time.sleep(0.05)
        yield
    finally:
        process.kill()
        process.wait()


def run_pass_through(server: JackServer, seconds: float) -> tuple[int, int]:
    """Overflows and underflows of the bare copy."""
    known = ports(server)
    with client(server, jack_client_command("pass", seconds)) as process:
        heard, _ = new_ports(server, known, lambda: process.poll() is None)
        with metronome(server, heard):
            assert process.stdout is not None
            answer = process.stdout.readline()
        if not answer:
            raise RuntimeError("the pass-through ended without an answer")
    result = json.loads(answer)
    return result["input_overflows"], result["output_underflows"]


def run_live(
    server: JackServer, seconds: float, folder: Path, models: Path | None, everything: bool
) -> tuple[dict, Watch, int]:
    """The program's statistics, what was watched, and how many switches were heard."""
    arguments = [
        "--device-api",
        "jack",
        "--input",
        "system",
        "--output",
        "system",
        "--allow-feedback",
        "--stay-awake",
        "--record",
        str(folder / "soak.holo"),
        "--keep",
        "1",  # what is kept is full before growth is counted
        "--seconds",
        str(seconds),
    ]
    arguments += ["--models", str(models.resolve())] if models else []
    arguments += ["--osc", str(OSC_PORT), "--second", str(DEMO_VOICE)] if everything else []
    known, watch, tour, commands = ports(server), Watch(), tier_tour(), random_commands()
    late = server.late_wakeups()
    with LiveProgram(arguments, folder, server.environment) as program:
        heard, _ = new_ports(server, known, lambda: program.terminal.running)
        engine, shared = program.engine()
        with metronome(server, heard):
            until = time.monotonic() + seconds - 2.0
            due = time.monotonic()
            while program.terminal.running and (due := due + 1.0) < until:
                time.sleep(max(0.0, due - time.monotonic()))
                if everything:
                    send_osc(OSC_PORT, list(itertools.islice(commands, COMMANDS_A_SECOND)))
                else:
                    program.terminal.press(str(TIERS.index(next(tour)) + 1))
                try:
                    watch.read(engine, program.terminal.pid, shared)
                except OSError:  # it ended early: `finish` says why
                    break
                record = shared.status.record
                watch.count(record.input_overflows, record.output_underflows, server.late_wakeups() - late)
            report = program.finish(seconds)
            watch.count(report["input_overflows"], report["output_underflows"], server.late_wakeups() - late)
        return report, watch, int(shared.status.record.voice)  # each switch starts a new voice


def measure_soak(
    minutes: float = 10.0,
    periods: Sequence[int] = PERIODS,
    models: Path | None = None,
    everything: bool = False,
    kept: Sequence[Mapping[str, Any]] = (),
) -> Measurement:
    """Every period, in one table with what is `kept` of others. Targets: as `SoakRun.met`."""
    runs = list(kept)
    for period in periods:
        run = soak(period, minutes * 60, models, everything)
        runs.append(asdict(run) | {"met": run.met})
    return soak_table(sorted(runs, key=lambda run: -run["period"]), minutes, everything)
