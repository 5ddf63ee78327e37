"""What must not grow while a session runs: memory of both processes and the fill of the rings, read once a second; and which
dropouts came while the sound server itself was woken in time."""

from __future__ import annotations

import statistics
from dataclasses import dataclass, field

import numpy as np

from holostream.bench.process_figures import allocated
from holostream.engine.shared_state import SharedState

SETTLE_SECONDS = 60
"""Until every tier, view and ring has been used once: growth counts from here (or from a third of a short run)."""
ENGINE_GROWTH_MB, CONTROL_GROWTH_MB = 1.0, 4.0


@dataclass
class Watch:
    """Allocated memory in MB, frames in the DNA ring, samples in the output queue; one value a second."""

    engine_mb: list[float] = field(default_factory=list)
    control_mb: list[float] = field(default_factory=list)
    ring_fill: list[int] = field(default_factory=list)
    queue_fill: list[int] = field(default_factory=list)
    dropouts: list[tuple[int, int, int]] = field(default_factory=lambda: [(0, 0, 0)])
    """So far: input overflows, output underflows, late wake-ups of the server."""

    def read(self, engine: int, control: int, shared: SharedState) -> None:
        """Raises OSError if a process is gone."""
        engine_mb, control_mb = allocated(engine), allocated(control)
        self.engine_mb.append(engine_mb)
        self.control_mb.append(control_mb)
        self.ring_fill.append(shared.dna.fill)
        self.queue_fill.append(int(shared.status.snapshot()["output_fill"]))

    def count(self, overflows: int, underflows: int, server_late: int) -> None:
        """Since the start, once a second and at the end."""
        self.dropouts.append((overflows, underflows, server_late))

    @property
    def in_time(self) -> tuple[int, int]:
        """Overflows and underflows of the seconds in which the server was never late, nor in the ones before and after: a client
        may learn of a late wake-up in the next second, and the server's log may tell of it then."""
        seconds = np.diff(self.dropouts, axis=0)
        late = np.concatenate(([0], seconds[:, 2], [0]))
        overflows, underflows, _ = seconds[late[:-2] + late[1:-1] + late[2:] == 0].sum(axis=0)
        return int(overflows), int(underflows)

    def summary(self) -> WatchSummary:
        """Once settled."""
        start = min(SETTLE_SECONDS, len(self.ring_fill) // 3)
        return WatchSummary(
            from_to(self.engine_mb[start:]), from_to(self.control_mb[start:]),
            full_halves(self.ring_fill[start:]), full_halves(self.queue_fill[start:]),
        )  # fmt: skip


@dataclass(frozen=True)
class WatchSummary:
    """Memory from the beginning to the end; how full each ring was in the first and second half."""

    engine_mb: tuple[float, float]
    control_mb: tuple[float, float]
    ring_fill: tuple[int, int]
    queue_fill: tuple[int, int]

    @property
    def steady(self) -> bool:
        """Nothing grows: memory by no more than the limits, rings by no more than half and a few."""
        memory_steady = (
            self.engine_mb[1] - self.engine_mb[0] <= ENGINE_GROWTH_MB
            and self.control_mb[1] - self.control_mb[0] <= CONTROL_GROWTH_MB
        )
        return memory_steady and all(late <= 1.5 * early + 8 for early, late in (self.ring_fill, self.queue_fill))


def from_to(values: list[float]) -> tuple[float, float]:
    """The medians of the first and the last tenth."""
    part = max(1, len(values) // 10)
    return (statistics.median(values[:part]), statistics.median(values[-part:])) if values else (0.0, 0.0)


def full_halves(values: list[int]) -> tuple[int, int]:
    """What all but a twentieth of the first and of the second half do not exceed: one stall of the machine is no growth."""
    middle = len(values) // 2
    first, second = sorted(values[:middle]) or [0], sorted(values[middle:]) or [0]
    return first[len(first) * 19 // 20], second[len(second) * 19 // 20]
