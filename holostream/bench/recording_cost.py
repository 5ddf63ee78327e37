"""What recording adds to a live session: one session that records every other stretch of time, and what its processes spend in each."""

from __future__ import annotations

import statistics
import tempfile
import time
from collections.abc import Iterable
from pathlib import Path

from holostream.bench.live_program import LiveProgram
from holostream.bench.process_figures import cpu_seconds
from holostream.bench.random_commands import send_osc

PORT = 19_048
SPARE_SECONDS = 60.0


def recording_share(models: Path, tier: int, stretch: float, pairs: int) -> float:
    """Of one core: the median over stretches of so many seconds that were recorded, each beside the mean of those before and after
    it, since a virtual machine is not equally fast for long. Linux only. Raises RuntimeError if the session does not come about."""
    seconds = (2 * pairs + 1) * stretch + SPARE_SECONDS
    arguments = ["--headless", "--device-api", "virtual", "--no-midi", "--models", str(models.resolve()), "--tier", str(tier)]
    arguments += ["--osc", str(PORT), "--seconds", str(seconds)]
    with tempfile.TemporaryDirectory() as name, LiveProgram(arguments, Path(name)) as program:
        processes = (program.terminal.pid, program.engine()[0])
        spent = [_spent(processes, stretch)]
        for recording in (1.0, 0.0) * pairs:
            send_osc(PORT, [("record", recording)])
            spent.append(_spent(processes, stretch))
        made = len(list(Path(name).glob("*.holo")))
        if made != pairs:
            raise RuntimeError(f"the session made {made} recordings where {pairs} were asked for")
    more = (spent[place] - (spent[place - 1] + spent[place + 1]) / 2 for place in range(1, len(spent), 2))
    return statistics.median(more) / stretch


def _spent(processes: Iterable[int], seconds: float) -> float:
    """CPU time that processes take in so many seconds from now on."""
    before = sum(map(cpu_seconds, processes))
    time.sleep(seconds)
    return sum(map(cpu_seconds, processes)) - before
