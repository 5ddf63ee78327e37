"""Through-latency on a real JACK server: clicks through the live program, next to the same clicks through a bare copy.

    click probe:out -> [ holostream live | pass-through ] -> click probe:in

Both are PortAudio clients of the same settings on the same dummy server, so that what differs is the codec. The loop
itself costs the same period in both.
"""

from __future__ import annotations

import json
import os
import statistics
import subprocess
import sys
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from holostream.bench.jack_ports import new_ports, plug, ports, unplug
from holostream.bench.jack_server import JackServer, jack_server
from holostream.bench.measurement import Measurement, Row

MORE_SAMPLES = {64: 128, 128: 64}
"""Target by period: at most so many samples more than the pass-through."""
CLICKS = 100
PROBE_SECONDS = 60.0
STOP_SECONDS = 8.0
JACK_TIER = 64
COLUMNS = ("period", "server", "pass-through", "sd", "holostream", "sd", "more", "target")


@contextmanager
def client(server: JackServer, command: list[str]) -> Iterator[subprocess.Popen[str]]:
    """A program on the server, stopped at the end: politely, then not (PortAudio may wait for ever).

    A RuntimeError meanwhile is raised again with what the program complained of.
    """
    with tempfile.TemporaryFile("w+") as complaints:
        process = subprocess.Popen(
            command, stdin=subprocess.PIPE, stdout=subprocess.PIPE, stderr=complaints, text=True,
            env={**os.environ, **server.environment},
        )  # fmt: skip
        try:
            yield process
        except RuntimeError as error:
            complaints.seek(0)
            said = complaints.read().strip()[-400:] or "nothing"
            raise RuntimeError(f"{error}; {' '.join(command[1:4])} said: {said}") from error
        finally:
            process.terminate()
            try:
                process.communicate(timeout=STOP_SECONDS)
            except subprocess.TimeoutExpired:
                process.kill()
                process.communicate()


def jack_client_command(mode: str, amount: float) -> list[str]:
    """See `jack_client`."""
    return [sys.executable, "-m", "holostream.bench.jack_client", mode, str(amount)]


def live_command(models: Path | None, tier: int) -> list[str]:
    """The live program on JACK, without a screen."""
    command = [
        sys.executable,
        "-m",
        "holostream.cli",
        "live",
        "--headless",
        "--device-api",
        "jack",
        "--tier",
        str(tier),
        "--input",
        "system",
        "--output",
        "system",
        "--allow-feedback",
    ]
    return command + (["--models", str(models.resolve())] if models else [])


def click_delays(server: JackServer, subject_command: list[str], clicks: int = CLICKS) -> list[int]:
    """Samples that clicks take through the subject and back. Raises RuntimeError if none comes back."""
    before = ports(server)
    with client(server, subject_command) as subject:
        subject_in, subject_out = new_ports(server, before, lambda: subject.poll() is None)
        before = ports(server)
        with client(server, jack_client_command("click", clicks)) as probe:
            probe_in, probe_out = new_ports(server, before, lambda: probe.poll() is None)
            assert probe.stdout is not None
            probe.stdout.readline()
            for port in (subject_in, subject_out, probe_in, probe_out):
                unplug(server, port)
            plug(server, probe_out, subject_in)
            plug(server, subject_out, probe_in)
            try:
                answer, _ = probe.communicate("go\n", timeout=PROBE_SECONDS)
            except subprocess.TimeoutExpired as error:
                raise RuntimeError("the click probe did not come to its end") from error
    delays = json.loads(answer)["delays"] if answer else []
    if len(delays) < clicks // 2:
        raise RuntimeError(f"only {len(delays)} of {clicks} clicks came back through {' '.join(subject_command[1:4])}")
    return delays


def spread(delays: list[int]) -> dict[str, float]:
    """Samples."""
    return {
        "median": statistics.median(delays), "sd": statistics.pstdev(delays), "least": min(delays), "most": max(delays),
        "clicks": len(delays),
    }  # fmt: skip


def measure_jack(
    models: Path | None = None, clicks: int = CLICKS, periods: tuple[int, ...] = (64, 128, 256)
) -> Measurement:
    """Every period. Raises ValueError without JACK."""
    rows, values = [], []
    for period in periods:
        with jack_server(period) as server:
            passing = click_delays(server, jack_client_command("pass", 3600), clicks)
            ours = click_delays(server, live_command(models, JACK_TIER), clicks)
        more = statistics.median(ours) - statistics.median(passing)
        limit = MORE_SAMPLES.get(period)
        rows.append(
            Row(
                (
                    str(period),
                    "real-time" if server.realtime else "-r",
                    f"{statistics.median(passing):g}",
                    f"{statistics.pstdev(passing):.1f}",
                    f"{statistics.median(ours):g}",
                    f"{statistics.pstdev(ours):.1f}",
                    f"{more:g}",
                    f"<= {limit}" if limit else "",
                ),
                None if limit is None else more <= limit,
            )
        )
        values.append({
            "period": period, "realtime": server.realtime, "more": more,
            "pass_through": spread(passing), "holostream": spread(ours),
        })  # fmt: skip
    return Measurement(
        "jack",
        "Through-latency on a JACK server, samples",
        COLUMNS,
        tuple(rows),
        {"rows": values, "tier": JACK_TIER},
        (
            f"Median of {clicks} clicks from a JACK client through the program and back, on jackd -d dummy at 48 kHz, next "
            "to a pass-through client of the same settings; a cycle that the machine misses shows as deviation.",
        ),
    )
