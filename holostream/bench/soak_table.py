"""The table of the soak. A period takes half an hour and more, so it may be measured by itself, beside rows of before."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

from holostream.bench.machine import MachineFacts
from holostream.bench.measurement import Measurement, Row

FREE_OF_DROPOUTS = 256
"""At this period none is allowed, whatever the pass-through has."""
COLUMNS = (
    "period", "before", "ours", "in time", "after", "server late", "errors", "switches", "engine MB", "control MB", "ring", "queue", "day"
)  # fmt: skip


def soak_table(runs: Sequence[Mapping[str, Any]], minutes: float, everything: bool) -> Measurement:
    """`runs`: `SoakRun`s as plain values, with the verdict `met`."""
    does = "plays commands at random, ten a second" if everything else "switches tier every second"
    return Measurement(
        "performance" if everything else "soak",
        "Commands at random on a JACK server" if everything else "Hard use on a JACK server",
        COLUMNS,
        tuple(Row(_cells(run), run["met"]) for run in runs),
        {"minutes": minutes, "rows": [dict(run) for run in runs]},
        (
            f"{minutes:g} minutes each of pass-through (1 minute at period {FREE_OF_DROPOUTS}), holostream and pass-through "
            "on jackd -d dummy at 48 kHz: input "
            f"overflows + output underflows. holostream draws its screen, records, {does}, and keeps processors awake, in a virtual machine the engine's alone. Target: "
            f"none from period {FREE_OF_DROPOUTS} on, below no more than the pass-through beside it. Server late: how often the "
            "server itself woke up late in the three runs, which is a dropout whoever plays; in time: those of ours within whose second, "
            "the one before and the one after it did not. Memory: allocated, "
            "from the settled beginning to the end. Ring: frames waiting for the recorder, queue: samples waiting to sound, no more than so many in all but a twentieth of the seconds of the first and the second half.",
        ),
    )


def kept_runs(stored: Mapping[str, Any] | None, machine: MachineFacts, minutes: float, anew: Sequence[int]) -> list[dict[str, Any]]:
    """Rows of a table that was measured before, as `scripts/measure` stores it, but for the periods that are measured `anew`.

    Raises ValueError if it comes from another kind of machine or from runs of another length: one table cannot hold both.
    """
    if stored is None:
        return []
    values, known = stored["measurement"]["values"], stored["machine"]
    kept = [row for row in values["rows"] if row["period"] not in anew]
    if kept and (stored["quick"] or values["minutes"] != minutes or any(known[fact] != machine[fact] for fact in ("cpu", "cores"))):
        raise ValueError("the other periods were measured on another machine, or for another time; measure all of them")
    return kept


def _cells(run: Mapping[str, Any]) -> tuple[str, ...]:
    watch = run["watch"]
    return (
        str(run["period"]),
        # What of them came in time was not counted always.
        *("{}+{}".format(*run[which]) if which in run else "" for which in ("before", "ours", "in_time", "after")),
        ", ".join(map(str, run["server_late"])),
        str(run["errors"]),
        str(run["switches"]),
        "{:.1f}, {:.1f}".format(*watch["engine_mb"]),
        "{:.1f}, {:.1f}".format(*watch["control_mb"]),
        "{}, {}".format(*watch["ring_fill"]),
        "{}, {}".format(*watch["queue_fill"]),
        run["day"],
    )
