"""How long until sound runs, and what the two processes hold and use while it does.

Start: from the creation of a Session until the first hop has been played, engine process and all seven tiers
included. Memory and CPU: of the real live program with its screen drawing, after every tier has been played.
"""

from __future__ import annotations

import statistics
import tempfile
import time
from dataclasses import asdict, dataclass
from pathlib import Path

from holostream.bench.live_program import LiveProgram
from holostream.bench.measurement import Measurement, Row
from holostream.bench.process_figures import Memory, cpu_seconds, have_figures, memory
from holostream.codec.tier import TIERS
from holostream.engine.session import Session
from holostream.engine.settings import API_VIRTUAL, LiveSettings

START_TARGET_SECONDS = 2.0
ENGINE_TARGET_MB = 250.0
DRAWING_TARGET_KB = 20.0
KEY_SECONDS = 0.25
COLUMNS = ("quantity", "measured", "target")


def start_seconds(models: Path | None = None) -> float:
    """One start: Session created -> first hop counted."""
    before = time.perf_counter()
    with Session(LiveSettings(device_api=API_VIRTUAL, models=models)) as session:
        while int(session.snapshot()["hops"]) == 0:
            if session.ended:
                raise RuntimeError(session.failure or "the engine ended before it played")
            time.sleep(0.001)
        return time.perf_counter() - before


@dataclass(frozen=True)
class Loads:
    """CPU in share of one core, drawing in kB/s."""

    engine: Memory
    control: Memory
    engine_cpu: float
    control_cpu: float
    drawn_kb: float


def process_loads(models: Path | None, seconds: float) -> Loads:
    """Memory of both processes, their CPU, and what the screen draws, over `seconds` of playing."""
    arguments = ["--device-api", API_VIRTUAL] + (["--models", str(models.resolve())] if models else [])
    with tempfile.TemporaryDirectory() as folder, LiveProgram(arguments, Path(folder)) as program:
        engine, _ = program.engine()
        control = program.terminal.pid
        for key in range(1, len(TIERS) + 1):
            time.sleep(KEY_SECONDS)
            program.terminal.press(str(key))
        time.sleep(KEY_SECONDS)
        before = time.monotonic(), cpu_seconds(engine), cpu_seconds(control), program.terminal.drawn_bytes
        time.sleep(seconds)
        after = time.monotonic(), cpu_seconds(engine), cpu_seconds(control), program.terminal.drawn_bytes
        elapsed, engine_cpu, control_cpu, drawn = (b - a for a, b in zip(before, after, strict=True))
        return Loads(
            memory(engine), memory(control), engine_cpu / elapsed, control_cpu / elapsed, drawn / elapsed / 1000
        )


def measure_start(models: Path | None = None, runs: int = 5, seconds: float = 6.0) -> Measurement:
    """Targets: every start below 2 s, the engine's memory below 250 MB."""
    starts = [start_seconds(models) for _ in range(runs)]
    rows = [
        Row(
            ("start to first sound: median", f"{statistics.median(starts):.2f} s", f"< {START_TARGET_SECONDS:g} s"),
            statistics.median(starts) < START_TARGET_SECONDS,
        ),
        Row(
            (f"slowest of {runs} starts", f"{max(starts):.2f} s", f"< {START_TARGET_SECONDS:g} s"),
            max(starts) < START_TARGET_SECONDS,
        ),
    ]
    values: dict = {"starts_seconds": [round(start, 3) for start in starts]}
    remarks: tuple[str, ...] = (
        "Playing the virtual device at tier 256 with the screen drawing; CPU in share of one core.",
    )
    if have_figures():
        loads = process_loads(models, seconds)
        values |= asdict(loads)
        engine, control = loads.engine, loads.control
        rows += [
            Row(
                ("engine memory, seven tiers: RSS", f"{engine.rss:.0f} MB", f"< {ENGINE_TARGET_MB:g} MB"),
                engine.rss < ENGINE_TARGET_MB,
            ),
            Row(("engine memory: PSS, USS", f"{engine.pss:.0f}, {engine.uss:.0f} MB", "")),
            Row(("control memory: RSS", f"{control.rss:.0f} MB", "")),
            Row(("control memory: PSS, USS", f"{control.pss:.0f}, {control.uss:.0f} MB", "")),
            Row(("engine CPU", f"{loads.engine_cpu:.0%}", "")),
            Row(("control CPU", f"{loads.control_cpu:.0%}", "")),
            Row(
                ("screen draws", f"{loads.drawn_kb:.1f} kB/s", f"< {DRAWING_TARGET_KB:g} kB/s"),
                loads.drawn_kb < DRAWING_TARGET_KB,
            ),
        ]
    else:
        remarks = ("Memory and CPU are read from /proc, which this system does not have.",)
    return Measurement("start", "Start, memory, CPU", COLUMNS, tuple(rows), values, remarks)
