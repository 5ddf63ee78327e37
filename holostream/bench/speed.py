"""Whole files: how many times faster than real time `encode` and `decode` run on one core.

It runs in a process of its own, held to one core and with one-threaded libraries from the start: threads that exist
already cannot be moved reliably.
"""

from __future__ import annotations

import json
import os
import statistics
import subprocess
import sys
import tempfile
import time
from pathlib import Path

from holostream.bench.material import voice
from holostream.bench.measurement import Measurement, Row
from holostream.codec.tier_model import default_models_folder, load_tier
from holostream.engine.engine_launch import ONE_THREAD
from holostream.format.audio_writer import AudioWriter
from holostream.format.transcode import decode_file, encode_file

TARGET_TIMES_REAL_TIME = 40.0
SPEED_TIER = 64
COLUMNS = ("tier", "encode", "decode", "target")


def time_files(models: Path, tier: int, seconds: float, runs: int) -> dict[str, float]:
    """Times real time, the median of `runs`, of the demo voice repeated to `seconds`, from WAV and to WAV."""
    model = load_tier(models, tier)
    rate = model.facts.rate
    spent: dict[str, list[float]] = {"encode": [], "decode": []}
    with tempfile.TemporaryDirectory() as folder:
        source, coded, target = (Path(folder) / name for name in ("voice.wav", "voice.holo", "decoded.wav"))
        samples = voice(rate, round(seconds * rate))
        with AudioWriter(source, rate, 1) as writer:
            writer.write(samples)
        for _ in range(runs):
            for path in (coded, target):
                path.unlink(missing_ok=True)
            before = time.perf_counter()
            encode_file(source, coded, model)
            between = time.perf_counter()
            decode_file(coded, target, models)
            spent["encode"].append(between - before)
            spent["decode"].append(time.perf_counter() - between)
    return {name: seconds / statistics.median(times) for name, times in spent.items()}


def measure_speed(
    models: Path | None = None, seconds: float = 180.0, runs: int = 3, tiers: tuple[int, ...] = (SPEED_TIER,)
) -> Measurement:
    """Target: at least 40 times real time each way at tier 64."""
    rows, values = [], []
    for tier in tiers:
        request = {"models": str(models or default_models_folder()), "tier": tier, "seconds": seconds, "runs": runs}
        done = subprocess.run(
            [sys.executable, "-m", "holostream.bench.speed", json.dumps(request)],
            capture_output=True,
            text=True,
            env={**os.environ, **ONE_THREAD},
            check=False,
        )
        if done.returncode:
            raise RuntimeError(f"encoding and decoding failed: {(done.stderr.strip() or 'no reason given').splitlines()[-1]}")
        speeds = json.loads(done.stdout)
        rows.append(
            Row(
                (
                    str(tier),
                    f"{speeds['encode']:.0f} x",
                    f"{speeds['decode']:.0f} x",
                    f">= {TARGET_TIMES_REAL_TIME:g} x",
                ),
                min(speeds.values()) >= TARGET_TIMES_REAL_TIME,
            )
        )
        values.append({"tier": tier, **speeds})
    return Measurement(
        "speed",
        "Whole files, times real time on one core",
        COLUMNS,
        tuple(rows),
        {"rows": values, "seconds": seconds},
        (f"{seconds:g} s of speech from WAV and to WAV, reading and writing included; median of {runs}.",),
    )


def _run_alone(request: dict) -> None:
    if hasattr(os, "sched_setaffinity"):
        os.sched_setaffinity(0, {min(os.sched_getaffinity(0))})
    speeds = time_files(Path(request["models"]), request["tier"], request["seconds"], request["runs"])
    print(json.dumps(speeds))


if __name__ == "__main__":
    _run_alone(json.loads(sys.argv[1]))
