"""Memory and CPU time of other processes, from Linux's /proc; elsewhere there are no figures."""

from __future__ import annotations

import os
from dataclasses import dataclass
from pathlib import Path

PROC = Path("/proc")


@dataclass(frozen=True)
class Memory:
    """Megabytes (10^6). RSS counts shared pages in full, PSS shares them out, USS is what only this process holds."""

    rss: float
    pss: float
    uss: float


def have_figures() -> bool:
    """Whether this system tells."""
    return (PROC / "self" / "smaps_rollup").exists()


def memory(pid: int) -> Memory:
    """Of a process, which waits meanwhile whenever it changes its map: milliseconds. Raises OSError if it is gone."""
    kilobytes: dict[str, int] = {}
    for line in (PROC / str(pid) / "smaps_rollup").read_text().splitlines()[1:]:
        name, _, rest = line.partition(":")
        kilobytes[name] = int(rest.split()[0])
    unique = kilobytes["Private_Clean"] + kilobytes["Private_Dirty"]
    return Memory(*(round(size * 1024 / 1e6, 2) for size in (kilobytes["Rss"], kilobytes["Pss"], unique)))


def allocated(pid: int) -> float:
    """Megabytes that a process itself has allocated, of which it notices nothing; other programs that use the same libraries
    do not change them. Raises OSError if it is gone."""
    for line in (PROC / str(pid) / "status").read_text().splitlines():
        if line.startswith("RssAnon:"):
            return round(int(line.split()[1]) * 1024 / 1e6, 2)
    raise OSError(f"process {pid} has ended")


def cpu_seconds(pid: int) -> float:
    """User and system time so far. Raises OSError if the process is gone."""
    fields = (PROC / str(pid) / "stat").read_text().rpartition(")")[2].split()
    return (int(fields[11]) + int(fields[12])) / os.sysconf("SC_CLK_TCK")


def command_line(pid: int) -> list[str]:
    """Arguments, the program first; empty if the process is gone."""
    try:
        return (PROC / str(pid) / "cmdline").read_bytes().decode("utf-8", "replace").split("\0")[:-1]
    except OSError:
        return []


def children(pid: int) -> list[int]:
    """Direct children; empty if the process is gone."""
    found: list[int] = []
    for listing in (PROC / str(pid) / "task").glob("*/children"):
        try:
            found += map(int, listing.read_text().split())
        except OSError:
            continue
    return found
