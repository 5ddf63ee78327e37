"""What the user interface asks of a session: `holostream.engine.session.Session`, or a test's fake."""

from __future__ import annotations

from typing import Any, Protocol

from holostream.codec.dna_ring import RingFrame
from holostream.codec.tier import TierFacts
from holostream.control.performance import PlayedSession
from holostream.engine.recorder import KeptStatus, RecordingStatus


class PlaybackStatus(Protocol):
    """A recording that plays. Times in seconds of the recording."""

    @property
    def position(self) -> float: ...
    @property
    def duration(self) -> float: ...
    @property
    def playing(self) -> bool: ...
    @property
    def speed(self) -> float: ...
    @property
    def loop(self) -> tuple[float, float] | None: ...
    @property
    def markers(self) -> list[tuple[float, str]]: ...
    @property
    def harmonics(self) -> int:
        """The tier recorded at the position; 0 at the end."""


class LiveSession(PlayedSession, Protocol):
    """The live engine as seen from the control process. Only `list_devices` may take long (up to 20 s)."""

    @property
    def facts(self) -> TierFacts:
        """Of any tier: rate, hop and chunk are shared by all."""

    @property
    def noise_tiers(self) -> tuple[int, ...]:
        """Those whose last pair (of the first layer) is no harmonic but tells of noise."""

    @property
    def device(self) -> dict[str, Any]:
        """`api`, `input`, `output`, `rate`, `block`, `virtual`; empty until a device is open."""

    @property
    def recording(self) -> RecordingStatus | None: ...
    @property
    def kept(self) -> KeptStatus | None:
        """None if nothing is kept."""

    @property
    def ended(self) -> bool: ...

    def recent_frames(self, count: int) -> list[RingFrame]:
        """The newest heard frames, oldest first."""

    def list_devices(self) -> list[dict[str, Any]]:
        """Each with `name`, `api`, `inputs`, `outputs` (channels) and `rate`."""

    def reopen(
        self, *, input: str | None, output: str | None, device_api: str | None, block: int | None, rate: int | None
    ) -> None: ...
